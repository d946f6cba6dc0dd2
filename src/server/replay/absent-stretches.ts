// Where a tier said that it has nothing of a partition, so that it is not asked again for each client. Only for a
// while: a tier may still be getting what was written just now.

import type { Clock } from "../../runtime/clock.ts";

interface Stretch {
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly untilMs: number;
}

/** Milliseconds that an answer counts. */
const TRUSTED_MS = 30_000;
/** Stretches remembered; more of them do not touch each other only where a tier is full of holes. */
const MAX_STRETCHES = 32;

export class AbsentStretches {
  readonly #clock: Pick<Clock, "monotonicMs">;
  #stretches: Stretch[] = [];

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** There is nothing with `fromOffset` <= offset < `toOffset`. */
  add(fromOffset: number, toOffset: number): void {
    let merged: Stretch = { fromOffset, toOffset, untilMs: this.#clock.monotonicMs() + TRUSTED_MS };
    const others: Stretch[] = [];
    for (const stretch of this.#current()) {
      if (stretch.fromOffset > merged.toOffset || stretch.toOffset < merged.fromOffset) others.push(stretch);
      else merged = both(merged, stretch);
    }
    this.#stretches = [...others, merged].slice(-MAX_STRETCHES);
  }

  /** The offset up to which there is nothing from `offset` on; `offset` itself if nothing is known. */
  endFrom(offset: number): number {
    const found = this.#current().find(
      ({ fromOffset, toOffset }) => fromOffset <= offset && offset < toOffset,
    );
    return found?.toOffset ?? offset;
  }

  #current(): readonly Stretch[] {
    const nowMs = this.#clock.monotonicMs();
    if (this.#stretches.some(({ untilMs }) => untilMs <= nowMs)) {
      this.#stretches = this.#stretches.filter(({ untilMs }) => untilMs > nowMs);
    }
    return this.#stretches;
  }
}

/** As long as both count. */
function both(a: Stretch, b: Stretch): Stretch {
  return {
    fromOffset: Math.min(a.fromOffset, b.fromOffset),
    toOffset: Math.max(a.toOffset, b.toOffset),
    untilMs: Math.min(a.untilMs, b.untilMs),
  };
}
