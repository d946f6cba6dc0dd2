// Directs traffic: makes the records of its sources when they fall due, passes them through the alterations in force, and
// sends them in the order in which they came out. Every record is sent until it is acknowledged, so that what arrives has
// gaps only if an alteration or somebody else loses records.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { Removable, TrafficControl } from "../faults/stage.ts";
import { type OutgoingRecord, outgoing, type TrafficAlteration } from "./alteration.ts";
import { type ArrivalProfile, arrivals, type DueRecords } from "./arrival.ts";
import { DelayLine } from "./delay-line.ts";
import { Delivery, type DeliveryOptions, type TrafficProgress } from "./delivery.ts";
import type { TrafficSource } from "./thread.ts";

export interface DirectorOptions extends DeliveryOptions {
  /** The usual traffic. */
  readonly source: TrafficSource;
  readonly ratePerSecond: number;
  /** Makes what comes in place of `source` when the producers are restarted; default: it goes on. */
  readonly renew?: () => TrafficSource;
  /** Default `steady`. */
  readonly arrival?: ArrivalProfile;
  /** Ends after so many records of `source`; default: no such end. */
  readonly count?: number;
  /** Ends with the last record that is due within this time; default: no such end. */
  readonly durationMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends at once: what was made is still sent, once. */
  readonly signal?: AbortSignal;
  /** How often to look whether records are due; default 10 ms. */
  readonly tickMs?: number;
  /** Batches on their way at the same time; default 1. More than one may be reordered when a send is repeated. */
  readonly maxInFlight?: number;
  readonly maxBatchRecords?: number;
}

export interface TrafficSummary extends TrafficProgress {
  /** Records made but given up because of the signal; some of them may have arrived all the same. */
  readonly unsent: number;
  readonly elapsedMs: number;
}

/** A source and how many of its records are due. */
interface Feed {
  source: TrafficSource;
  readonly startMs: number;
  readonly due: DueRecords;
  /** As last asked. */
  target: number;
  made: number;
}

const DEFAULT_TICK_MS = 10;
export const DEFAULT_MAX_BATCH_RECORDS = 500;
/** Multiples of it, modulo 1, stay as far from each other as they can, however many they are (the golden ratio). */
const PHASE_STEP = (Math.sqrt(5) - 1) / 2;

export class TrafficDirector implements TrafficControl {
  readonly #options: DirectorOptions;
  readonly #delivery: Delivery;
  readonly #line = new DelayLine();
  readonly #alterations: TrafficAlteration[] = [];
  readonly #feeds: Feed[] = [];
  readonly #bursts = new Set<Promise<void>>();
  readonly #pauses = new Set<object>();
  #claimedPhases = 0;
  #usual: Feed | null = null;

  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#delivery = new Delivery(options);
  }

  /** What became of the records so far. */
  progress(): TrafficProgress {
    return this.#delivery.progress();
  }

  alter(alteration: TrafficAlteration): Removable {
    this.#alterations.push(alteration);
    return { remove: () => this.#withdraw(alteration) };
  }

  claimPhase(): number {
    return (this.#claimedPhases++ * PHASE_STEP) % 1;
  }

  add(source: TrafficSource, ratePerSecond: number): Removable {
    const { clock, random } = this.#options;
    const feed = feedOf(source, arrivals("steady", ratePerSecond, random), clock.monotonicMs());
    this.#feeds.push(feed);
    return {
      remove: () => {
        const index = this.#feeds.indexOf(feed);
        if (index !== -1) this.#feeds.splice(index, 1);
      },
    };
  }

  restart(): void {
    const { renew } = this.#options;
    if (renew && this.#usual) this.#usual.source = renew();
  }

  pause(): Removable {
    const pause = {};
    this.#pauses.add(pause);
    return { remove: () => void this.#pauses.delete(pause) };
  }

  /** @throws DashstreamError `aborted` if the traffic is ended before that */
  async burst(source: TrafficSource, count: number): Promise<void> {
    const sending = this.#sendBurst(source, count).finally(() => this.#bursts.delete(sending));
    this.#bursts.add(sending);
    await sending;
  }

  /**
   * Runs until count, duration or signal end it, and all that was made is acknowledged or given up. Behind the rate, it
   * catches up as fast as sends are acknowledged. To be called once.
   */
  async run(): Promise<TrafficSummary> {
    const { clock, random, source, signal, ratePerSecond, arrival = "steady" } = this.#options;
    const startMs = clock.monotonicMs();
    const usual = feedOf(source, arrivals(arrival, ratePerSecond, random), startMs);
    this.#feeds.unshift(usual);
    this.#usual = usual;
    const { count = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY } = this.#options;
    const { tickMs = DEFAULT_TICK_MS } = this.#options;
    while (!signal?.aborted && usual.made < count) {
      const nowMs = clock.monotonicMs();
      for (const feed of this.#feeds) {
        feed.target = feed.due(Math.min(nowMs, startMs + durationMs) - feed.startMs);
        // What falls due in a pause is never made.
        if (this.#pauses.size > 0) feed.made = feed.target;
      }
      usual.target = Math.min(usual.target, count);
      if (this.#sendDue(nowMs)) continue;
      if (this.#isBehind()) await this.#delivery.oneSettled();
      else if (nowMs - startMs >= durationMs) break;
      else await clock.sleep(Math.min(tickMs, startMs + durationMs - nowMs), signal);
    }
    await this.#finish();
    const { unsent } = this.#delivery;
    return { ...this.progress(), unsent, elapsedMs: clock.monotonicMs() - startMs };
  }

  /** Makes what is due and begins to send it, one batch at most. False if there was nothing to do, or no room. */
  #sendDue(nowMs: number): boolean {
    const { maxInFlight = 1, maxBatchRecords = DEFAULT_MAX_BATCH_RECORDS } = this.#options;
    this.#line.release(nowMs);
    if (this.#delivery.inFlight >= maxInFlight || !this.#isBehind()) return false;
    this.#make(maxBatchRecords - this.#line.readyCount, nowMs);
    const batch = this.#line.take(maxBatchRecords);
    if (batch.length > 0) this.#delivery.start(batch);
    return true;
  }

  /** Takes records of the sources in turn, so that none waits for another that is far behind. */
  #make(max: number, nowMs: number): void {
    let room = max;
    for (let waiting = this.#feeds; waiting.length > 0; ) {
      waiting = waiting.filter((feed) => feed.made < feed.target);
      for (const feed of waiting) {
        if (room-- <= 0) return;
        feed.made++;
        for (const record of this.#altered(outgoing(feed.source.next()))) this.#line.push(record, nowMs);
      }
    }
  }

  #isBehind(): boolean {
    return this.#line.readyCount > 0 || this.#feeds.some((feed) => feed.made < feed.target);
  }

  #altered(record: OutgoingRecord, first = 0): readonly OutgoingRecord[] {
    let records: readonly OutgoingRecord[] = [record];
    for (let i = first; i < this.#alterations.length; i++) {
      const alteration = this.#alterations[i];
      if (alteration === undefined) break;
      records =
        records.length === 1 && records[0] !== undefined
          ? alteration.alter(records[0])
          : records.flatMap((each) => alteration.alter(each));
    }
    return records;
  }

  /** What it held back passes through those that were added later. */
  #withdraw(alteration: TrafficAlteration): void {
    const index = this.#alterations.indexOf(alteration);
    if (index === -1) return;
    this.#alterations.splice(index, 1);
    const nowMs = this.#options.clock.monotonicMs();
    for (const record of alteration.drain()) {
      for (const altered of this.#altered(record, index)) this.#line.push(altered, nowMs);
    }
  }

  async #sendBurst(source: TrafficSource, count: number): Promise<void> {
    const { clock, signal, maxBatchRecords = DEFAULT_MAX_BATCH_RECORDS } = this.#options;
    for (let made = 0; made < count; ) {
      if (signal?.aborted)
        throw new DashstreamError("aborted", `the traffic ended ${count - made} records early`);
      const batch: OutgoingRecord[] = [];
      const nowMs = clock.monotonicMs();
      for (const end = Math.min(count, made + maxBatchRecords); made < end; made++) {
        for (const record of this.#altered(outgoing(source.next()))) {
          if (record.delayMs > 0 || this.#line.holds(record.origin.threadId)) this.#line.push(record, nowMs);
          else batch.push(record);
        }
      }
      if (batch.length > 0) await this.#delivery.deliver(batch);
    }
  }

  /** Sends what is still held back: when it is due, or at once if a signal ended the traffic. */
  async #finish(): Promise<void> {
    const { clock, signal, maxBatchRecords = DEFAULT_MAX_BATCH_RECORDS } = this.#options;
    for (const alteration of [...this.#alterations]) this.#withdraw(alteration);
    await Promise.allSettled(this.#bursts);
    await this.#delivery.allSettled();
    while (this.#line.size > 0) {
      const nowMs = clock.monotonicMs();
      this.#line.release(signal?.aborted ? Number.POSITIVE_INFINITY : nowMs);
      const batch = this.#line.take(maxBatchRecords);
      if (batch.length > 0) await this.#delivery.deliver(batch);
      else await clock.sleep((this.#line.nextDueMs ?? nowMs) - nowMs, signal);
    }
  }
}

function feedOf(source: TrafficSource, due: DueRecords, startMs: number): Feed {
  return { source, due, startMs, target: 0, made: 0 };
}
