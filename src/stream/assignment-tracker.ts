// Which partitions this process reads, and from where. A partition is handed out only after its start is known, so
// that nobody handles a record of a partition without knowing what came before it.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import { backoffMs } from "./backoff.ts";
import type { BatchHandler } from "./batch.ts";
import { classifyInfrastructureError, type OnInfrastructureError } from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import { type OffsetReset, PartitionState, startOffset } from "./partition-state.ts";

export interface AssignmentTrackerOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly autoOffsetReset: OffsetReset;
  readonly admin: KafkaAdmin;
  readonly handler: Pick<BatchHandler, "assigned" | "revoked">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onInfrastructureError: OnInfrastructureError;
}

/** Heartbeats go on at this pace while a batch waits for the start of its partition. */
const HEARTBEAT_PAUSE_MS = 500;

export class AssignmentTracker {
  readonly #options: AssignmentTrackerOptions;
  readonly #states = new Map<number, PartitionState>();
  #generation = 0;
  #lookup: Promise<void> = Promise.resolve();

  constructor(options: AssignmentTrackerOptions) {
    this.#options = options;
  }

  get partitions(): ReadonlyMap<number, PartitionState> {
    return this.#states;
  }

  /** The group gave this process these partitions; looks up where the new ones start. */
  joined(partitions: readonly number[], signal: AbortSignal): void {
    const generation = ++this.#generation;
    this.#revoke([...this.#states.keys()].filter((partition) => !partitions.includes(partition)));
    const added = partitions.filter((partition) => !this.#states.has(partition));
    this.#lookup = added.length === 0 ? Promise.resolve() : this.#assign(added, generation, signal);
  }

  /** The state of a partition once it is known; `null` if it is no longer ours. */
  async ready(
    partition: number,
    heartbeat: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<PartitionState | null> {
    const known = this.#states.get(partition);
    if (known) return known;
    const { clock } = this.#options;
    let waiting = true;
    const done = this.#lookup.then(() => {
      waiting = false;
    });
    while (waiting && !signal.aborted) {
      const cancel = new AbortController();
      await Promise.race([done, clock.sleep(HEARTBEAT_PAUSE_MS, AbortSignal.any([signal, cancel.signal]))]);
      cancel.abort();
      if (waiting) await heartbeat();
    }
    return this.#states.get(partition) ?? null;
  }

  revokeAll(): void {
    this.#generation++;
    this.#revoke([...this.#states.keys()]);
  }

  async #assign(partitions: readonly number[], generation: number, signal: AbortSignal): Promise<void> {
    const { admin, topic, groupId, clock, random, log, onInfrastructureError } = this.#options;
    for (let failures = 1; generation === this.#generation && !signal.aborted; failures++) {
      try {
        const [ranges, committed] = await Promise.all([admin.ranges(topic), admin.committed(groupId, topic)]);
        if (generation === this.#generation) this.#add(partitions, ranges, committed);
        return;
      } catch (error) {
        onInfrastructureError(classifyInfrastructureError(error), "join", error);
        log.warn("cannot look up where partitions start; trying again", { error: describeError(error) });
        await clock.sleep(backoffMs(failures, random), signal);
      }
    }
  }

  #add(
    partitions: readonly number[],
    ranges: readonly { partition: number; logStartOffset: number; logEndOffset: number }[],
    committed: ReadonlyMap<number, number>,
  ): void {
    const { clock, autoOffsetReset, handler, log } = this.#options;
    const assignments = ranges
      .filter(({ partition }) => partitions.includes(partition))
      .map((range) => ({
        ...range,
        startOffset: startOffset(committed.get(range.partition), range, autoOffsetReset),
      }));
    for (const { partition, startOffset: position, logEndOffset } of assignments) {
      const committedOffset = committed.get(partition) ?? -1;
      const state = { partition, position, committed: committedOffset, logEndOffset, nowMs: clock.nowMs() };
      this.#states.set(partition, new PartitionState(state));
    }
    log.info("partitions assigned", { assignments });
    handler.assigned(assignments);
  }

  #revoke(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) {
      const state = this.#states.get(partition);
      if (state) state.revoked = true;
      this.#states.delete(partition);
    }
    this.#options.log.info("partitions revoked", { partitions });
    this.#options.handler.revoked(partitions);
  }
}
