// Sends traffic at a rate. Every record that was made is sent until it is acknowledged, in the order in which it
// was made, so that what arrives has gaps only if somebody else loses records.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import { type ArrivalProfile, arrivals } from "./arrival.ts";
import type { TrafficRecord, TrafficSource } from "./thread.ts";

export interface PaceOptions {
  readonly source: TrafficSource;
  /** Resolves when the records are acknowledged. A rejection is counted and the same records are sent again. */
  readonly send: (records: readonly TrafficRecord[]) => Promise<void>;
  readonly ratePerSecond: number;
  /** Default `steady`. */
  readonly arrival?: ArrivalProfile;
  /** Ends after so many records; default: no such end. */
  readonly count?: number;
  /** Ends with the last record that is due within this time; default: no such end. */
  readonly durationMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends at once; what is being sent is still waited for. */
  readonly signal?: AbortSignal;
  /** How often to look whether records are due; default 10 ms. */
  readonly tickMs?: number;
  /** Batches on their way at the same time; default 1. More than one may be reordered when a send is repeated. */
  readonly maxInFlight?: number;
  readonly maxBatchRecords?: number;
  /** Called after every acknowledged or failed send; the object is new each time. */
  readonly onProgress?: (progress: TrafficProgress) => void;
}

export interface TrafficProgress {
  /** Records acknowledged. */
  readonly produced: number;
  readonly producedBytes: number;
  readonly failedSends: number;
  /** Why the last failed send failed; null if none did. */
  readonly lastError: unknown;
}

export interface TrafficSummary extends TrafficProgress {
  /** Records made but given up because of the signal; some of them may have arrived all the same. */
  readonly unsent: number;
  readonly elapsedMs: number;
}

const RETRY_DELAY_MS = 500;
const DEFAULT_TICK_MS = 10;
const DEFAULT_MAX_BATCH_RECORDS = 500;

/** Runs until count, duration or signal end it. Behind the rate, it catches up as fast as sends are acknowledged. */
export async function runTraffic(options: PaceOptions): Promise<TrafficSummary> {
  const { clock, random, source, signal, count = Infinity, durationMs = Infinity, maxInFlight = 1 } = options;
  const { tickMs = DEFAULT_TICK_MS, maxBatchRecords = DEFAULT_MAX_BATCH_RECORDS } = options;
  const due = arrivals(options.arrival ?? "steady", options.ratePerSecond, random);
  const delivery = new Delivery(options);
  const startMs = clock.monotonicMs();
  let made = 0;
  while (!signal?.aborted && made < count) {
    const elapsedMs = clock.monotonicMs() - startMs;
    const target = Math.min(count, due(Math.min(elapsedMs, durationMs)));
    while (made < target && delivery.inFlight < maxInFlight) {
      const records = Array.from({ length: Math.min(target - made, maxBatchRecords) }, () => source.next());
      made += records.length;
      delivery.start(records);
    }
    if (made < target) await delivery.oneSettled();
    else if (elapsedMs >= durationMs) break;
    else await clock.sleep(Math.min(tickMs, durationMs - elapsedMs), signal);
  }
  await delivery.allSettled();
  return { ...delivery.progress(), unsent: delivery.unsent, elapsedMs: clock.monotonicMs() - startMs };
}

/** Batches on their way, each repeated until it is acknowledged. */
class Delivery {
  readonly #options: PaceOptions;
  readonly #inFlight = new Set<Promise<void>>();
  #produced = 0;
  #producedBytes = 0;
  #failedSends = 0;
  #lastError: unknown = null;
  unsent = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  progress(): TrafficProgress {
    return {
      produced: this.#produced,
      producedBytes: this.#producedBytes,
      failedSends: this.#failedSends,
      lastError: this.#lastError,
    };
  }

  start(records: readonly TrafficRecord[]): void {
    const done = this.#deliver(records).finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
  }

  async oneSettled(): Promise<void> {
    await Promise.race(this.#inFlight);
  }

  async allSettled(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  async #deliver(records: readonly TrafficRecord[]): Promise<void> {
    const { send, clock, signal, onProgress } = this.#options;
    while (!(await this.#attempt(send, records))) {
      onProgress?.(this.progress());
      if (await clock.sleep(RETRY_DELAY_MS, signal)) continue;
      this.unsent += records.length;
      return;
    }
    onProgress?.(this.progress());
  }

  async #attempt(send: PaceOptions["send"], records: readonly TrafficRecord[]): Promise<boolean> {
    try {
      await send(records);
    } catch (error) {
      this.#failedSends++;
      this.#lastError = error;
      return false;
    }
    this.#produced += records.length;
    for (const record of records) this.#producedBytes += record.value.length;
    return true;
  }
}
