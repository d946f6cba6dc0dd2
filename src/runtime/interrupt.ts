// Being asked to end: SIGINT or SIGTERM once means in an orderly way, twice means at once.

/** Exit code of a process that a second signal ended: 128 plus the number of SIGINT. */
const INTERRUPTED_EXIT_CODE = 130;

/** Aborts at the first signal; the second ends the process. To be called once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
