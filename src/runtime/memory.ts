// What can be asked of the garbage collector.

/** Frees what nothing refers to any more. Waits for it on Bun; elsewhere the runtime knows best when. */
export function collectGarbage(): void {
  if (typeof Bun !== "undefined") Bun.gc(true);
}
