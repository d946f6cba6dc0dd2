// Commits what was handled, never more: on a timer, before a rebalance and at the end. One commit at a time; a
// failed one is not retried by itself, because by then the group may have given the partition to somebody else.

import type { Clock, Timer } from "../runtime/clock.ts";
import { withDeadline } from "./deadline.ts";
import {
  classifyInfrastructureError,
  isRejoin,
  type OnInfrastructureError,
} from "./infrastructure-errors.ts";
import type { PartitionState } from "./partition-state.ts";

/** A commit that takes longer failed; the next one goes out at its time. */
const COMMIT_TIMEOUT_MS = 10_000;

export interface CommittableOffset {
  readonly partition: number;
  /** The offset to go on with, in decimal. */
  readonly offset: string;
}

export interface OffsetCommitsOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly partitions: () => Iterable<PartitionState>;
  /** Sends one commit; `null` while there is no group to commit to. */
  readonly send: () => ((offsets: readonly CommittableOffset[]) => Promise<void>) | null;
  readonly onInfrastructureError: OnInfrastructureError;
  /** The first offset of a partition that is handled and not settled; nothing is committed beyond. Default: none. */
  readonly settledBelow?: (partition: number) => number;
}

export class OffsetCommits {
  readonly #options: OffsetCommitsOptions;
  #underway: Promise<void> | null = null;
  #timer: Timer | null = null;

  constructor(options: OffsetCommitsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= this.#options.clock.every(this.#options.intervalMs, () => void this.commit());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Commits what is new. Resolves when Kafka answered, whatever it said; failures go to the callback. */
  async commit(): Promise<void> {
    if (this.#underway) await this.#underway;
    this.#underway ??= this.#commitOnce().finally(() => {
      this.#underway = null;
    });
    await this.#underway;
  }

  async #commitOnce(): Promise<void> {
    const { send: sender, partitions, settledBelow = () => Number.POSITIVE_INFINITY } = this.#options;
    const send = sender();
    if (!send) return;
    const due = [...partitions()]
      .map((state) => ({ state, position: Math.min(state.position, settledBelow(state.partition)) }))
      .filter(({ state, position }) => !state.revoked && position !== state.committed);
    if (due.length === 0) return;
    try {
      const offsets = due.map(({ state, position }) => ({
        partition: state.partition,
        offset: String(position),
      }));
      await withDeadline(this.#options.clock, COMMIT_TIMEOUT_MS, "commit", send(offsets));
      for (const { state, position } of due) state.committed = position;
    } catch (error) {
      // A rebalance took the right to commit away; the next owner reads these records once more.
      if (isRejoin(error)) return;
      this.#options.onInfrastructureError(classifyInfrastructureError(error), "commit", error);
    }
  }
}
