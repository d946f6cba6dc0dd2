// Writes what was delivered to Redis, behind the stream's back: a slice is handed over at once while there is room, a
// little later if not, and else it goes without, counted in records. A write that is missing leaves a hole that readers
// see, so nothing is ever written twice to make up for it.

import type { Redis } from "ioredis";
import { Activity } from "../../runtime/activity.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Counter, Metrics } from "../../telemetry/metrics.ts";
import { batchEntryText } from "./redis-coverage.ts";
import type { RedisLink } from "./redis-link.ts";
import type { RedisPartitions } from "./redis-partitions.ts";
import { packRecords, type ReplayBatch, valueBytes } from "./redis-records.ts";
import { WRITE_SCRIPT, WRITE_SCRIPT_DIGEST } from "./redis-write-script.ts";
import { WriteRoom } from "./write-room.ts";

export interface RedisWriterOptions {
  readonly link: RedisLink;
  readonly partitions: RedisPartitions;
  readonly prefix: string;
  readonly ttlSeconds: number;
  /** Members that a set keeps. */
  readonly maxSequences: number;
  /** A write trims the sets that it adds to, once in so many records on average; 0 = each does. */
  readonly trimEvery: number;
  readonly maxWrites: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly errors: FloodGuard;
}

const ROOM_WAIT_MS = 50;
/**
 * What is under way waits in a queue, so it must not be more than Redis does well within the time limit: at the 20 us
 * that a small record costs it, some 13,000 of them are a quarter of a second. Beyond that the stream goes at its pace.
 */
const MAX_BYTES_UNDER_WAY = 16 * 1024 * 1024;
/** A record without any byte costs about as much as so many bytes. */
const RECORD_COST_BYTES = 1_024;

export class RedisWriter {
  readonly #options: RedisWriterOptions;
  readonly #room: WriteRoom;
  readonly #activity = new Activity();
  readonly dropped: Counter;
  readonly failures: Counter;

  constructor(options: RedisWriterOptions) {
    const { clock, maxWrites, metrics } = options;
    this.#options = options;
    this.#room = new WriteRoom({
      clock,
      maxWrites,
      maxBytes: MAX_BYTES_UNDER_WAY,
      maxWaitMs: ROOM_WAIT_MS,
    });
    this.dropped = metrics.counter("replay_buffer_redis_write_dropped_total");
    this.failures = metrics.counter("replay_buffer_redis_write_failures_total");
  }

  /** There is a new connection, to a Redis that may not know the script. If this fails, writes bring it along. */
  prepare(): void {
    void this.#options.link.ask("write", (redis) => redis.script("LOAD", WRITE_SCRIPT));
  }

  /**
   * Stores a batch. Values may be changed or go away once this has returned, or its promise has settled; whether they
   * were written shows in the counters. Never rejects.
   */
  write(batch: ReplayBatch): Promise<void> | null {
    const { link, partitions } = this.#options;
    if (!link.isUsable("write")) {
      this.failures.inc(batch.records.length);
      return null;
    }
    const turn = partitions.turn(batch.partition);
    const cost = valueBytes(batch) + batch.records.length * RECORD_COST_BYTES;
    if (turn === null || !this.#room.tryEnter(cost)) return this.#writeLater(batch, cost);
    this.#send(batch, cost, turn);
    return null;
  }

  /** Resolves `true` if nothing is under way any more, `false` after `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean> {
    if (this.#activity.pending === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, () => resolve(false));
      void this.#activity.settled().then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  async #writeLater(batch: ReplayBatch, cost: number): Promise<void> {
    const { partitions } = this.#options;
    this.#activity.begin();
    const turn = partitions.comingTurn(batch.partition);
    const mayWrite = (await partitions.ready(batch.partition)) && (await this.#room.enter(cost));
    // Where another turn has begun meanwhile, the batch may be of a topic that is gone.
    if (mayWrite && turn !== null && partitions.turn(batch.partition) === turn) this.#send(batch, cost, turn);
    else {
      if (mayWrite) this.#room.leave(cost);
      this.#drop(batch);
    }
    this.#activity.end();
  }

  #drop({ partition, records }: ReplayBatch): void {
    this.dropped.inc(records.length);
    this.#options.errors.warn("redis_write_dropped", "replay: redis is too slow, a write was left out", {
      partition,
      records: records.length,
    });
  }

  /** The batch is turned into bytes before this returns. */
  #send(batch: ReplayBatch, cost: number, turn: number): void {
    const args = this.#scriptArguments(batch);
    const isCurrent = () => this.#options.partitions.turn(batch.partition) === turn;
    this.#activity.begin();
    const asked = this.#options.link.ask("write", (redis) => runScript(redis, args, isCurrent));
    void asked.then((answer) => {
      if (answer.kind === "failed" || !answer.value) this.failures.inc(batch.records.length);
      this.#room.leave(cost);
      this.#activity.end();
    });
  }

  #scriptArguments(batch: ReplayBatch): readonly (string | number | Buffer)[] {
    const { prefix, ttlSeconds, maxSequences, trimEvery, random } = this.#options;
    const { partition, fromOffset: from, nextOffset: next, records } = batch;
    const entry = batchEntryText({ from, next, count: records.length, bytes: valueBytes(batch) });
    // By chance, because threads that take turns would never meet a fixed turn.
    const trims = random.next() * trimEvery < Math.max(1, records.length) ? 1 : 0;
    return [prefix, partition, from, entry, ttlSeconds, maxSequences, trims, packRecords(batch)];
  }
}

/** False if the partition has started over before a Redis that did not know the script had it. */
async function runScript(
  redis: Redis,
  args: readonly (string | number | Buffer)[],
  isCurrent: () => boolean,
): Promise<boolean> {
  try {
    await redis.evalsha(WRITE_SCRIPT_DIGEST, 1, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    if (!isCurrent()) return false;
    await redis.eval(WRITE_SCRIPT, 1, ...args);
  }
  return true;
}
