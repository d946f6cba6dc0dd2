// Whether what Redis holds of a partition belongs to the topic that is there now. A topic may have been made anew under
// the same name, a log may have lost its end, Redis may have come back with an older state: so the newest record that
// it holds is compared with Kafka's before anything of the partition is read or written, with each assignment and each
// connection. What does not agree, or cannot be compared, is deleted.

import { describeError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { backoffMs } from "../../stream/backoff.ts";
import { unlessAborted } from "../../stream/deadline.ts";
import { Permits } from "../../stream/permits.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Log } from "../../telemetry/log.ts";
import { deleteMatching } from "./redis-clear.ts";
import { partitionKeys } from "./redis-keys.ts";
import type { Asked, RedisLink } from "./redis-link.ts";
import { type KeptRecord, newestRecord } from "./redis-newest.ts";

/** What clients would get of the record at an offset; `null` if there is nothing for them. Rejects if Kafka fails. */
export type ReadFromKafka = (partition: number, offset: number) => Promise<Uint8Array | null>;

export interface RedisPartitionsOptions {
  readonly link: RedisLink;
  readonly prefix: string;
  readonly readFromKafka: ReadFromKafka;
  readonly clearTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly errors: FloodGuard;
  readonly log: Log;
}

/** A write waits so long for the comparison, counted from its begin. */
const HOLD_MS = 2_000;
/** Each of them may hold a fetch of a mebibyte. */
const COMPARISONS_AT_ONCE = 4;

interface State {
  /** Rises whenever what is known of the partition is no longer true. */
  turn: number;
  /** Whether it may be read and written. */
  isReady: boolean;
  /** Offsets start over: it is emptied without a look at it. */
  mustClear: boolean;
  heldUntilMs: number;
  readonly waiting: Set<() => void>;
}

export class RedisPartitions {
  readonly #options: RedisPartitionsOptions;
  readonly #states = new Map<number, State>();
  readonly #comparing = new Permits(COMPARISONS_AT_ONCE);
  readonly #closing = new AbortController();

  constructor(options: RedisPartitionsOptions) {
    this.#options = options;
  }

  /**
   * This process reads the partition from now on. Resolves when it may be used, another turn has begun, or Redis is not
   * connected, in which case it is done with the next connection. Never rejects.
   */
  verify(partition: number): Promise<void> {
    return this.#begin(partition, false);
  }

  /** The topic was made anew: what Redis holds of the partition is deleted. Resolves as `verify` does. */
  forget(partition: number): Promise<void> {
    return this.#begin(partition, true);
  }

  /** There is a new connection to Redis. */
  reconnected(): void {
    for (const [partition, { mustClear }] of this.#states) void this.#begin(partition, mustClear);
  }

  /** Whether this process ever read the partition. */
  isAssigned(partition: number): boolean {
    return this.#states.has(partition);
  }

  /** Names the present turn of a partition that may be read and written; `null` while it may not. */
  turn(partition: number): number | null {
    const state = this.#states.get(partition);
    return state?.isReady ? state.turn : null;
  }

  /** The turn that there is, or will be once the partition may be used; `null` if it was never compared. */
  comingTurn(partition: number): number | null {
    return this.#states.get(partition)?.turn ?? null;
  }

  /** Waits for a partition that is being compared; false if that takes too long. */
  ready(partition: number): Promise<boolean> {
    const state = this.#states.get(partition);
    if (state === undefined || state.isReady) return Promise.resolve(state !== undefined);
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const settle = () => {
        timer.cancel();
        state.waiting.delete(settle);
        resolve(state.isReady);
      };
      const timer = clock.after(Math.max(0, state.heldUntilMs - clock.monotonicMs()), settle);
      state.waiting.add(settle);
    });
  }

  close(): void {
    this.#closing.abort();
  }

  #begin(partition: number, mustClear: boolean): Promise<void> {
    const known = this.#states.get(partition);
    const state = known ?? { turn: 0, isReady: false, mustClear, heldUntilMs: 0, waiting: new Set() };
    if (known === undefined) this.#states.set(partition, state);
    state.turn++;
    state.isReady = false;
    state.mustClear ||= mustClear;
    state.heldUntilMs = this.#options.clock.monotonicMs() + HOLD_MS;
    return this.#run(partition, state, state.turn);
  }

  async #run(partition: number, state: State, turn: number): Promise<void> {
    const { link, clock, random } = this.#options;
    const { signal } = this.#closing;
    // Without a connection there is nothing to do: the next one begins another turn.
    for (let failures = 0; link.connected && state.turn === turn && !signal.aborted; ) {
      await this.#comparing.take();
      const isThrough = state.turn === turn && (await this.#settle(partition, state, turn));
      this.#comparing.release();
      if (state.turn !== turn) return;
      if (isThrough) {
        state.mustClear = false;
        state.isReady = true;
        for (const wake of [...state.waiting]) wake();
        return;
      }
      await clock.sleep(backoffMs(++failures, random), signal);
    }
  }

  /** True when the partition may be used; false to try again. */
  async #settle(partition: number, state: State, turn: number): Promise<boolean> {
    if (state.mustClear) return await this.#clear(partition);
    const { link, prefix } = this.#options;
    const newest = await link.ask("read", (redis) => newestRecord(redis, partitionKeys(prefix, partition)));
    if (newest.kind === "failed") return false;
    if (newest.value === null) return (await this.#deleteSets(partition)).kind === "answer";
    const agrees = await this.#agrees(partition, newest.value);
    if (agrees === null || state.turn !== turn) return false;
    return agrees || (await this.#clear(partition));
  }

  /** Whether Kafka has the same record there; `null` if it cannot say now. */
  async #agrees(partition: number, { offset, value }: KeptRecord): Promise<boolean | null> {
    const { readFromKafka, log, errors } = this.#options;
    const { signal } = this.#closing;
    let record: Uint8Array | null;
    try {
      record = await unlessAborted(signal, "comparing with Kafka", readFromKafka(partition, offset));
    } catch (error) {
      if (signal.aborted) return null;
      const fields = { partition, offset, error: describeError(error) };
      errors.warn("redis_compare", "replay: kafka cannot say whether redis is right; trying again", fields);
      return null;
    }
    if (record !== null && Buffer.compare(record, value) === 0) return true;
    log.warn("replay: redis holds another topic's records of this partition; deleting them", {
      partition,
      offset,
      kafka: record === null ? "has no such record" : "has another record",
    });
    return false;
  }

  /** The sets first: without them no value counts. Values that stay behind expire, or are written over. */
  async #clear(partition: number): Promise<boolean> {
    const { link, prefix, clock, clearTimeoutMs, log } = this.#options;
    if ((await this.#deleteSets(partition)).kind === "failed") return false;
    const { valuePrefix } = partitionKeys(prefix, partition);
    const values = await link.unbounded((redis) =>
      deleteMatching(redis, `${valuePrefix}*`, clock, clearTimeoutMs),
    );
    const { complete, deletedKeys, reason } = values;
    const fields = { partition, deleted_values: deletedKeys, ...(complete ? {} : { values_left: reason }) };
    log.info("replay: redis holds nothing of the partition any more", fields);
    return true;
  }

  #deleteSets(partition: number): Promise<Asked<number>> {
    const { link, prefix } = this.#options;
    const { offsets, batches } = partitionKeys(prefix, partition);
    return link.ask("write", (redis) => redis.unlink(offsets, batches));
  }
}
