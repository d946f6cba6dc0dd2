// Turns of the real event loop. They take no time of any clock; virtual time counts on them to let what is under way
// come to its end. The functions are kept from before the globals are replaced.

const { setImmediate } = globalThis;

/** Runs `task` in a later turn; tasks run in the order in which they were given. */
export function later(task: () => void): void {
  setImmediate(task);
}

/** Resolves in the next turn, when the promises of this one have settled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
