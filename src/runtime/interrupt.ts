// Being asked to end: SIGINT or SIGTERM once means in an orderly way, twice means at once.

/** Not 0: what had to end in order did not. */
const INTERRUPTED_EXIT_CODE = 1;

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
