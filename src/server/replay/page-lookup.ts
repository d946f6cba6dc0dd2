// One step of the planner: asks the tiers in their order what there is at an offset. What one of them does not have
// bounds what the next one is asked for, so that the first one that has something is read as far as it has it.

import type { Clock } from "../../runtime/clock.ts";
import type { Counter } from "../../telemetry/metrics.ts";
import { AbsentStretches } from "./absent-stretches.ts";
import type { ReplayPage, TierName } from "./tier.ts";
import type { TierQueue } from "./tier-queue.ts";

/** A tier as lookups see it. */
export interface CountedTier {
  readonly queue: TierQueue;
  readonly hits: Counter;
  readonly misses: Counter;
}

/** `asked`: tiers that were asked and had nothing, or failed. */
export type Found =
  | { readonly kind: "page"; readonly page: ReplayPage; readonly asked: readonly CountedTier[] }
  /** All tiers say that there is nothing up to `nextOffset`. */
  | { readonly kind: "missing"; readonly nextOffset: number; readonly asked: readonly CountedTier[] }
  /** No tier has a page, and at least one cannot say. */
  | { readonly kind: "unavailable" }
  /** Nobody wants to know any more. */
  | { readonly kind: "unwanted" };

export interface Stretch {
  readonly fromOffset: number;
  /** A page ends here at the latest. */
  readonly toOffset: number;
  /** What is said to be absent is believed as far as this. */
  readonly believedTo: number;
}

/** Lookups in one partition. */
export class PageLookup {
  readonly #partition: number;
  readonly #tiers: readonly CountedTier[];
  readonly #clock: Pick<Clock, "monotonicMs">;
  #absent = new Map<TierName, AbsentStretches>();

  constructor(partition: number, tiers: readonly CountedTier[], clock: Pick<Clock, "monotonicMs">) {
    this.#partition = partition;
    this.#tiers = tiers;
    this.#clock = clock;
  }

  async find(stretch: Stretch, isWanted: () => boolean): Promise<Found> {
    const { fromOffset, believedTo } = stretch;
    const asked: CountedTier[] = [];
    let { toOffset } = stretch;
    let nextOffset = Number.POSITIVE_INFINITY;
    let someCannotSay = false;
    for (const tier of this.#tiers) {
      const absent = this.#absentOf(tier.queue.name);
      const known = absent.endFrom(fromOffset);
      const answer =
        known > fromOffset
          ? ({ kind: "absent", nextOffset: known } as const)
          : await tier.queue.read(this.#partition, fromOffset, toOffset, isWanted);
      if (answer === null) return { kind: "unwanted" };
      if (answer.kind === "page") return { kind: "page", page: answer.page, asked };
      if (known === fromOffset) asked.push(tier);
      if (answer.kind === "unavailable") {
        someCannotSay = true;
        continue;
      }
      if (known === fromOffset) absent.add(fromOffset, Math.min(answer.nextOffset, believedTo));
      toOffset = Math.min(toOffset, answer.nextOffset);
      nextOffset = Math.min(nextOffset, answer.nextOffset);
    }
    return someCannotSay ? { kind: "unavailable" } : { kind: "missing", nextOffset, asked };
  }

  /** Nothing that tiers said counts any more, nor what they are about to say. */
  forget(): void {
    this.#absent = new Map();
  }

  #absentOf(tier: TierName): AbsentStretches {
    const known = this.#absent.get(tier) ?? new AbsentStretches(this.#clock);
    this.#absent.set(tier, known);
    return known;
  }
}
