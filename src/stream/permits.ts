// A bounded number of things at once: whoever wants to begin takes a permit, at once or in the order of asking.

export class Permits {
  readonly size: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #watching: (() => void)[] = [];

  /** `size` is at least 1. */
  constructor(size: number) {
    this.size = size;
    this.#free = size;
  }

  /** Permits that can be taken at once. */
  get free(): number {
    return this.#free;
  }

  /** Resolves with the next permit that is given back and taken by nobody; at once if one is free. */
  released(): Promise<void> {
    if (this.#free > 0) return Promise.resolve();
    return new Promise((resolve) => this.#watching.push(resolve));
  }

  /** False if none is free now. */
  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** Resolves once this caller has a permit. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a permit back; the one who waits longest has it. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#free++;
    for (const wake of this.#watching.splice(0)) wake();
  }
}
