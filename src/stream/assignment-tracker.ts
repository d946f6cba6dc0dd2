// Which partitions this process reads, and from where. A partition is handed out only after its start is known, so
// that nobody handles a record of a partition without knowing what came before it.

import { DashstreamError, describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import { backoffMs } from "./backoff.ts";
import type { BatchHandler } from "./batch.ts";
import { classifyInfrastructureError, type OnInfrastructureError } from "./infrastructure-errors.ts";
import type { KafkaAdmin, PartitionRange } from "./kafka-admin.ts";
import { type OffsetReset, PartitionState, startOffset } from "./partition-state.ts";

export interface AssignmentTrackerOptions {
  readonly topic: string;
  readonly groupId: string;
  /**
   * A group without any committed offset begins where this one stands. Only then: of a partition that was added, or a
   * topic that was made anew, it is to read what this group has read already.
   */
  readonly fallbackGroupId?: string | undefined;
  readonly autoOffsetReset: OffsetReset;
  readonly admin: Pick<KafkaAdmin, "ranges" | "committed">;
  readonly handler: Pick<BatchHandler, "assigned" | "revoked">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onInfrastructureError: OnInfrastructureError;
  /** Makes the next fetch of a partition begin at `offset`. */
  readonly seek: (partition: number, offset: number) => void;
  /** Lets a partition be fetched: the client library remembers what stood still, also while others read it. */
  readonly resume: (partition: number) => void;
  /** Partitions were handed out. */
  readonly onAssigned: () => void;
}

interface Lookup {
  readonly ranges: readonly PartitionRange[];
  readonly committed: ReadonlyMap<number, number>;
  /** What the fallback group has committed. */
  readonly inherited: ReadonlyMap<number, number>;
}

/** Heartbeats go on at this pace while a batch waits for the start of its partition. */
const HEARTBEAT_PAUSE_MS = 500;
const NOTHING_COMMITTED: ReadonlyMap<number, number> = new Map();

export class AssignmentTracker {
  readonly #options: AssignmentTrackerOptions;
  readonly #states = new Map<number, PartitionState>();
  /** Partitions for which the group had committed something while they were ours. */
  readonly #committedBefore = new Set<number>();
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
    if (!this.#states.has(partition)) await this.#meanwhile(this.#lookup, heartbeat, signal);
    return this.#states.get(partition) ?? null;
  }

  /**
   * The library fetched from elsewhere than where the partition stands. After a rebalance it begins at what is
   * committed, and after it lost its place at the policy's end of the log. If what was handled here still holds, it
   * is told to go on from there; else (another member went further, or the log is not the same any more) the
   * partition is taken away and handed out anew.
   */
  async realign(state: PartitionState, heartbeat: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const generation = this.#generation;
    const { partition } = state;
    const realigning = this.#lookUp([partition], generation, signal).then((lookup) => {
      if (lookup === null || state.revoked) return;
      if (stillHolds(state, lookup)) return this.#options.seek(partition, state.position);
      this.#revoke([partition]);
      this.#add([partition], lookup);
    });
    await this.#meanwhile(realigning, heartbeat, signal);
  }

  /**
   * The library passed over offsets that hold no record for a consumer. If they begin beyond where the partition
   * stands, what lies before them is empty too, or it is gone: then the partition is handed out anew.
   */
  skipped(partition: number, firstOffset: number, nextOffset: number, signal: AbortSignal): void {
    const state = this.#states.get(partition);
    if (!state || nextOffset <= state.position) return;
    if (firstOffset <= state.position) state.position = nextOffset;
    else void this.#skippedBeyond(state, nextOffset, signal);
  }

  revokeAll(): void {
    this.#generation++;
    this.#revoke([...this.#states.keys()]);
  }

  async #assign(partitions: readonly number[], generation: number, signal: AbortSignal): Promise<void> {
    const lookup = await this.#lookUp(partitions, generation, signal);
    if (lookup) this.#add(partitions, lookup);
  }

  /** Asks until Kafka knows; `null` if the group divided its partitions anew meanwhile. */
  async #lookUp(
    partitions: readonly number[],
    generation: number,
    signal: AbortSignal,
  ): Promise<Lookup | null> {
    const { admin, topic, groupId, fallbackGroupId, clock, random, log, onInfrastructureError } =
      this.#options;
    for (let failures = 1; generation === this.#generation && !signal.aborted; failures++) {
      try {
        const [ranges, committed, inherited] = await Promise.all([
          admin.ranges(topic),
          admin.committed(groupId, topic),
          fallbackGroupId === undefined ? NOTHING_COMMITTED : admin.committed(fallbackGroupId, topic),
        ]);
        const unknown = partitions.find(
          (partition) => !ranges.some((range) => range.partition === partition),
        );
        if (unknown !== undefined) {
          throw new DashstreamError("kafka_request_failed", `topic ${topic} has no partition ${unknown} yet`);
        }
        return generation === this.#generation ? { ranges, committed, inherited } : null;
      } catch (error) {
        onInfrastructureError(classifyInfrastructureError(error), "join", error);
        log.warn("cannot look up where partitions start; trying again", { error: describeError(error) });
        await clock.sleep(backoffMs(failures, random), signal);
      }
    }
    return null;
  }

  #add(partitions: readonly number[], { ranges, committed, inherited }: Lookup): void {
    const { clock, autoOffsetReset, handler, log, seek, resume, onAssigned } = this.#options;
    const wanted = (partition: number) => {
      const isNew = committed.size === 0 && !this.#committedBefore.has(partition);
      return committed.get(partition) ?? (isNew ? inherited.get(partition) : undefined);
    };
    const assignments = ranges
      .filter(({ partition }) => partitions.includes(partition))
      .map((range) => ({
        ...range,
        startOffset: startOffset(wanted(range.partition), range, autoOffsetReset),
      }));
    for (const { partition, startOffset: position, logEndOffset } of assignments) {
      const committedOffset = committed.get(partition) ?? -1;
      const state = { partition, position, committed: committedOffset, logEndOffset, nowMs: clock.nowMs() };
      this.#states.set(partition, new PartitionState(state));
      if (position !== committedOffset) seek(partition, position);
      resume(partition);
    }
    log.info("partitions assigned", { assignments });
    handler.assigned(assignments);
    onAssigned();
  }

  async #skippedBeyond(state: PartitionState, nextOffset: number, signal: AbortSignal): Promise<void> {
    const { partition, position } = state;
    const lookup = await this.#lookUp([partition], this.#generation, signal);
    if (lookup === null || state.revoked || state.position !== position) return;
    if (stillHolds(state, lookup)) {
      state.position = nextOffset;
      return;
    }
    this.#revoke([partition]);
    this.#add([partition], lookup);
  }

  #revoke(partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) {
      const state = this.#states.get(partition);
      if (state) state.revoked = true;
      if (state && state.committed !== -1) this.#committedBefore.add(partition);
      this.#states.delete(partition);
    }
    this.#options.log.info("partitions revoked", { partitions });
    this.#options.handler.revoked(partitions);
  }

  /** Waits for `work` with heartbeats. */
  async #meanwhile(work: Promise<void>, heartbeat: () => Promise<void>, signal: AbortSignal): Promise<void> {
    let waiting = true;
    const done = work.finally(() => {
      waiting = false;
    });
    while (waiting && !signal.aborted) {
      const cancel = new AbortController();
      const pause = this.#options.clock.sleep(HEARTBEAT_PAUSE_MS, AbortSignal.any([signal, cancel.signal]));
      await Promise.race([done, pause]);
      cancel.abort();
      if (waiting) await heartbeat();
    }
  }
}

/** True if what was handled here is still what counts: no other member went further, and it is the same log. */
function stillHolds({ partition, position, committed }: PartitionState, lookup: Lookup): boolean {
  const range = lookup.ranges.find((candidate) => candidate.partition === partition);
  if (!range || position < range.logStartOffset || position > range.logEndOffset) return false;
  const inKafka = lookup.committed.get(partition);
  // Offsets of a group vanish with the topic.
  return inKafka === undefined ? committed === -1 : inKafka <= position;
}
