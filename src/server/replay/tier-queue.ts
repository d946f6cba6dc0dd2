// One tier, asked by many: a bounded number of reads at once, in the order of asking, and none that nobody wants any
// more when its turn comes. What a tier answers is checked, because a wrong answer would become a hole unseen.

import { describeError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Permits } from "../../stream/permits.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Counter, Histogram } from "../../telemetry/metrics.ts";
import type { ReplayTier, TierAnswer, TierName } from "./tier.ts";

export interface TierQueueOptions {
  readonly tier: ReplayTier;
  /** Reads at once, at least 1. */
  readonly maxReads: number;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly reads: Counter;
  readonly latencyMs: Histogram;
  readonly errors: FloodGuard;
}

export class TierQueue {
  readonly #options: TierQueueOptions;
  readonly #permits: Permits;

  constructor(options: TierQueueOptions) {
    this.#options = options;
    this.#permits = new Permits(options.maxReads);
  }

  get name(): TierName {
    return this.#options.tier.name;
  }

  /** The tier's answer; `null` if `isWanted` says no when it would be asked. Never rejects. */
  async read(
    partition: number,
    fromOffset: number,
    toOffset: number,
    isWanted: () => boolean,
  ): Promise<TierAnswer | null> {
    const { clock, reads, latencyMs } = this.#options;
    await this.#permits.take();
    try {
      if (!isWanted()) return null;
      reads.inc();
      const startedMs = clock.monotonicMs();
      const answer = await this.#ask(partition, fromOffset, toOffset);
      latencyMs.observe(clock.monotonicMs() - startedMs);
      return answer;
    } finally {
      this.#permits.release();
    }
  }

  forget(partition: number): void {
    this.#options.tier.forget?.(partition);
  }

  async #ask(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer> {
    const { tier, errors } = this.#options;
    let reason: string;
    try {
      const answer = await tier.read(partition, fromOffset, toOffset);
      if (isSound(answer, fromOffset, toOffset)) return answer;
      reason = `the answer does not fit the question for offsets ${fromOffset} to ${toOffset}`;
    } catch (error) {
      reason = describeError(error);
    }
    errors.error("replay_tier", `a defect in the replay tier ${tier.name}`, { partition, error: reason });
    return { kind: "unavailable", reason };
  }
}

function isSound(answer: TierAnswer, fromOffset: number, toOffset: number): boolean {
  switch (answer.kind) {
    case "page": {
      const { page } = answer;
      return page.fromOffset === fromOffset && page.nextOffset > fromOffset && page.nextOffset <= toOffset;
    }
    case "absent":
      return answer.nextOffset > fromOffset;
    case "unavailable":
      return true;
  }
}
