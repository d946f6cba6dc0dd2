// Being asked to read configuration files again, which daemons are by SIGHUP.

/**
 * Calls `reload` at each SIGHUP. While nobody listens, the signal ends the process, as where a terminal is closed.
 * @returns stops listening
 */
export function onReloadRequest(reload: () => void): () => void {
  process.on("SIGHUP", reload);
  return () => process.off("SIGHUP", reload);
}
