// How old records are when they are read, and how old the oldest of a slice is when its clients have it. Times of
// producers come from their clocks, so that some lie in the future: those are counted as skew, never as latency.

import type { RecordMetrics } from "./record-metrics.ts";

export class RecordAges {
  readonly #metrics: RecordMetrics;
  #nowMs = 0;
  /** Producer times in microseconds since the epoch; 0 = none. */
  #oldestOfRecordUs = 0;
  #oldestDeliveredUs = 0;
  /** The traces of these; `null` = they are not kept. */
  #traceOfRecord: string | null = null;
  #traceOfDelivered: string | null = null;

  constructor(metrics: RecordMetrics) {
    this.#metrics = metrics;
  }

  beginSlice(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#oldestDeliveredUs = 0;
  }

  beginRecord(): void {
    this.#oldestOfRecordUs = 0;
  }

  /** A header of the record; a time of 0 or less is unknown. */
  observe(timestampUs: number): void {
    if (timestampUs <= 0) return;
    const ageMs = this.#nowMs - timestampUs / 1000;
    if (ageMs < 0) return this.#metrics.clockSkew.inc();
    this.#metrics.producerToConsumerMs.observe(ageMs);
    this.#oldestOfRecordUs = older(this.#oldestOfRecordUs, timestampUs);
  }

  /** Oldest time of the record's headers; 0 = none. */
  get oldestUs(): number {
    return this.#oldestOfRecordUs;
  }

  /** Whether the trace of the record at hand is kept: then its latency names it. */
  tracedAs(traceId: string | null): void {
    this.#traceOfRecord = traceId;
    if (traceId === null || this.#oldestOfRecordUs === 0) return;
    const ageMs = this.#nowMs - this.#oldestOfRecordUs / 1000;
    this.#metrics.producerToConsumerMs.exemplify(ageMs, traceId, this.#nowMs);
  }

  /** The trace of the record at hand, if that is kept. */
  get traceId(): string | null {
    return this.#traceOfRecord;
  }

  /** A record goes to clients; by default the one at hand. */
  delivered(oldestUs = this.#oldestOfRecordUs, traceId = this.#traceOfRecord): void {
    if (oldestUs <= 0 || older(this.#oldestDeliveredUs, oldestUs) === this.#oldestDeliveredUs) return;
    this.#oldestDeliveredUs = oldestUs;
    this.#traceOfDelivered = traceId;
  }

  /** Clients have what was delivered of the slice. */
  reachedClients(nowMs: number): void {
    if (this.#oldestDeliveredUs === 0) return;
    const ageMs = nowMs - this.#oldestDeliveredUs / 1000;
    if (ageMs < 0) return;
    this.#metrics.producerToClientMs.observe(ageMs);
    if (this.#traceOfDelivered === null) return;
    this.#metrics.producerToClientMs.exemplify(ageMs, this.#traceOfDelivered, nowMs);
  }
}

function older(oldestUs: number, timestampUs: number): number {
  return oldestUs === 0 || timestampUs < oldestUs ? timestampUs : oldestUs;
}
