// One record after another, in one direction: judged, validated, put into the ring, fanned out. Every record has
// exactly one verdict; what each verdict leads to is the table in src/README.md.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { Assignment, BatchHandler, ConsumedBatch } from "../stream/batch.ts";
import type { DeadLetterSink, DeadLetterType } from "../stream/dead-letter-sink.ts";
import type { SequenceValidator } from "../stream/sequence.ts";
import type { SessionHead } from "../stream/session-head.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Log } from "../telemetry/log.ts";
import type { DecodeFailure, FailureCode } from "../wire/failure.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { HealthTracker } from "./health.ts";
import type { Hub } from "./hub.ts";
import { RecordAges } from "./record-ages.ts";
import type { RecordMetrics } from "./record-metrics.ts";
import type { Ring } from "./ring.ts";

export interface PipelineOptions {
  readonly clock: Clock;
  readonly inspector: Inspector;
  readonly sequence: SequenceValidator;
  readonly sessionHead: SessionHead;
  readonly ring: Ring;
  readonly hub: Hub;
  readonly deadLetters: Pick<DeadLetterSink, "offer">;
  readonly health: HealthTracker;
  readonly metrics: RecordMetrics;
  readonly errors: FloodGuard;
  readonly log: Log;
  /** A bad record pauses its partition until an operator resumes it, instead of being skipped. */
  readonly pauseOnError: boolean;
  readonly pausePartition: (partition: number) => void;
}

/** Records handled between two looks at the clients: bounds both latency and what a wait for them covers. */
const SLICE_RECORDS = 500;
/** A slice fills at most this share of the ring, so that it cannot evict what healthy clients had no chance to get. */
const SLICE_SHARE_OF_RING = 1 / 8;

export class Pipeline implements BatchHandler {
  readonly #options: PipelineOptions;
  /** Offset of the bad record that paused a partition; it was counted and dead-lettered then. */
  readonly #pausedAt = new Map<number, number>();
  readonly #progressWaiters = new Set<() => void>();
  readonly #ages: RecordAges;
  #messageCount = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#ages = new RecordAges(options.metrics);
  }

  assigned(assignments: readonly Assignment[]): void {
    const { ring, hub, sessionHead, log } = this.#options;
    for (const { partition, startOffset, logEndOffset } of assignments) {
      if (logEndOffset < ring.nextOffset(partition)) {
        const fields = { partition, handled_up_to: ring.nextOffset(partition), log_end: logEndOffset };
        log.warn("the log is shorter than what was handled: the topic was made anew; starting over", fields);
        // In this order: what clients lose of the old log must not count as sent of the new one.
        ring.restart(partition, startOffset);
        hub.restartPartition(partition);
        sessionHead.forget(partition);
      } else hub.announceAssignment(partition, ring.assign(partition, startOffset), startOffset);
      sessionHead.assign(partition, startOffset, logEndOffset);
    }
    this.#wakeWaiters();
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#options.sequence.dropPartition(partition);
      this.#options.sessionHead.revoke(partition);
      this.#pausedAt.delete(partition);
    }
  }

  async handleBatch(batch: ConsumedBatch): Promise<void> {
    const { records, partition } = batch;
    for (let from = 0; from < records.length; ) {
      const room = this.#options.hub.room();
      if (room !== null) await room;
      if (batch.cancelled()) return;
      const to = this.#sliceEnd(records, from);
      const paused = this.#handleSlice(batch, from, to);
      if (paused) return this.#options.pausePartition(partition);
      from = to;
      await batch.heartbeat();
    }
  }

  /** Lets a paused partition go on after its bad record; gives the offset to go on with, `null` if it was not paused. */
  resumeAfterError(partition: number): number | null {
    const offset = this.#pausedAt.get(partition);
    if (offset === undefined) return null;
    this.#pausedAt.delete(partition);
    this.#handled(partition, offset + 1);
    return offset + 1;
  }

  /** Partitions that stand still at a bad record. */
  get pausedPartitions(): number {
    return this.#pausedAt.size;
  }

  /** Resolves when every record below the given offsets was handled. */
  async handledUpTo(endOffsets: ReadonlyMap<number, number>): Promise<void> {
    const reached = () =>
      [...endOffsets].every(([partition, end]) => this.#options.ring.nextOffset(partition) >= end);
    while (!reached()) await new Promise<void>((resolve) => this.#progressWaiters.add(resolve));
  }

  /** Everything of the partition below `nextOffset` is done. */
  #handled(partition: number, nextOffset: number): void {
    this.#options.ring.advance(partition, nextOffset);
    this.#options.sessionHead.advance(partition, nextOffset);
    this.#wakeWaiters();
  }

  #sliceEnd(records: readonly KafkaMessage[], from: number): number {
    const { ring } = this.#options;
    const maxRecords = Math.max(
      1,
      Math.min(SLICE_RECORDS, Math.floor(ring.maxRecords * SLICE_SHARE_OF_RING)),
    );
    const last = Math.min(from + maxRecords, records.length);
    let bytes = records[from]?.value?.length ?? 0;
    let to = from + 1;
    while (to < last) {
      bytes += records[to]?.value?.length ?? 0;
      if (bytes > ring.maxBytes * SLICE_SHARE_OF_RING) break;
      to++;
    }
    return to;
  }

  /** True if a bad record under policy `pause` ended the slice. */
  #handleSlice(batch: ConsumedBatch, from: number, to: number): boolean {
    const { clock, ring, hub, health, sequence, metrics } = this.#options;
    const { records, partition } = batch;
    this.#ages.beginSlice(clock.nowMs());
    const before = this.#messageCount;
    sequence.expire(clock.monotonicMs());
    let paused = false;
    let next = ring.nextOffset(partition);
    for (let i = from; i < to && !paused; i++) {
      const record = records[i];
      if (!record) continue;
      const offset = Number(record.offset);
      if (offset < next) {
        metrics.redeliveries.inc();
        continue;
      }
      paused = !this.#handleRecord(partition, offset, record);
      if (!paused) next = offset + 1;
    }
    health.received(this.#messageCount - before);
    if (hub.flush() > 0) this.#ages.reachedClients(clock.nowMs());
    batch.progress(next);
    this.#handled(partition, next);
    return paused;
  }

  /** False if the record pauses its partition. */
  #handleRecord(partition: number, offset: number, record: KafkaMessage): boolean {
    const { inspector, metrics, ring } = this.#options;
    this.#messageCount++;
    const { value } = record;
    if (value === null) {
      metrics.payloadMissing.inc();
      this.#options.health.payloadMissing(1);
      this.#log(
        "payload_missing",
        partition,
        offset,
        "the record has no value, an encoded message was expected",
        0,
      );
      return !this.#pauses(partition, offset);
    }
    this.#ages.beginRecord();
    const failure = inspector.inspect(value);
    const halted = this.#validate(partition, record, failure);
    if (failure !== null) return this.#fail(partition, offset, record, value, failure);
    metrics.success.inc();
    if (halted !== null) {
      this.#deadLetter(partition, offset, record, value, "thread_halted", halted);
      return true;
    }
    const { forward } = inspector;
    if (forward === null) {
      metrics.emptyMessages.inc();
    } else {
      ring.append(partition, offset, forward);
      this.#ages.delivered();
    }
    return true;
  }

  /**
   * Checks the numbering of every header that can be trusted, and its age. A record whose header cannot be read
   * accounts for one missing number of the thread that its key names. Gives the reason if a thread is halted.
   */
  #validate(partition: number, record: KafkaMessage, failure: DecodeFailure | null): string | null {
    const { inspector, sequence, metrics, clock } = this.#options;
    const readable = failure === null || failure === "schema_mismatch" || failure === "payload_too_large";
    const count = readable ? inspector.headers : 0;
    if (count === 0) {
      if (failure !== null && record.key) sequence.excuse(partition, record.key.toString("utf8"));
      return null;
    }
    const nowMs = clock.monotonicMs();
    let halted: string | null = null;
    let firstThread = "";
    let threads = 1;
    for (let i = 0; i < count; i++) {
      const header = inspector.header(i);
      if (header === undefined) continue;
      const verdict = sequence.observe(
        partition,
        header.threadId,
        header.sequence,
        header.timestampUs,
        nowMs,
      );
      if (verdict === "halted") halted = `Thread ${header.threadId} is halted due to prior sequence gap`;
      this.#ages.observe(header.timestampUs);
      if (i === 0) firstThread = header.threadId;
      else if (threads === 1 && header.threadId !== firstThread) threads = 2;
    }
    if (threads > 1) metrics.multiThreadBatches.inc();
    return halted;
  }

  /** A value that cannot be delivered: counted, dead-lettered, logged; false if it pauses the partition. */
  #fail(
    partition: number,
    offset: number,
    record: KafkaMessage,
    value: Buffer,
    failure: DecodeFailure,
  ): boolean {
    const { metrics, sessionHead, health, inspector } = this.#options;
    if (sessionHead.isOld(partition, offset)) {
      metrics.oldDataError.inc();
      metrics.oldDataDecodeErrors.inc();
      health.oldDataDecodeErrors(1);
    } else {
      metrics.error.inc();
      metrics.decodeErrors[failure].inc();
      health.decodeErrors(1);
    }
    this.#deadLetter(partition, offset, record, value, failure, inspector.error);
    this.#log(failure, partition, offset, inspector.error, value.length);
    return !this.#pauses(partition, offset);
  }

  #log(failure: FailureCode, partition: number, offset: number, error: string, bytes: number): void {
    this.#options.errors.error(failure, `decode error: ${failure}`, {
      error,
      error_type: failure,
      message_size: bytes,
      kafka_partition: partition,
      kafka_offset: offset,
    });
  }

  #deadLetter(
    partition: number,
    offset: number,
    record: KafkaMessage,
    value: Buffer,
    errorType: DeadLetterType,
    error: string,
  ): void {
    const { deadLetters, inspector } = this.#options;
    deadLetters.offer({
      errorType,
      error,
      partition,
      offset,
      key: record.key,
      value,
      traceparent: headerText(record, "traceparent"),
      header: inspector.header(0) ?? inspector.batchHeader,
      messageCount: this.#messageCount,
    });
  }

  #pauses(partition: number, offset: number): boolean {
    if (!this.#options.pauseOnError) return false;
    this.#pausedAt.set(partition, offset);
    return true;
  }

  #wakeWaiters(): void {
    if (this.#progressWaiters.size === 0) return;
    const waiters = [...this.#progressWaiters];
    this.#progressWaiters.clear();
    for (const wake of waiters) wake();
  }
}

function headerText(record: KafkaMessage, name: string): string | null {
  const value = record.headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? null : first.toString();
}
