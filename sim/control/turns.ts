// Tasks that must not run at the same time: each begins when those before it have ended, well or not.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the task does. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task);
    // Whoever asked for it hears of its failure; the next one's turn comes all the same.
    this.#last = done.catch(() => {});
    return done;
  }
}
