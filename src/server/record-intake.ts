// What becomes of one record: judged, its numbering checked, counted, dead-lettered and logged if it is bad. Every
// record has exactly one verdict; what each verdict leads to is the table in src/README.md.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { DeadLetterType } from "../stream/dead-letter.ts";
import type { DeadLetterBarrier } from "../stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../stream/dead-letter-sink.ts";
import { hopsOf } from "../stream/redrive-headers.ts";
import type { SequenceValidator } from "../stream/sequence.ts";
import type { SessionHead } from "../stream/session-head.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { DecodeFailure, FailureCode } from "../wire/failure.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { HealthTracker } from "./health.ts";
import type { RecordAges } from "./record-ages.ts";
import type { RecordMetrics } from "./record-metrics.ts";

export interface RecordIntakeOptions {
  readonly clock: Clock;
  readonly inspector: Inspector;
  readonly sequence: SequenceValidator;
  readonly sessionHead: SessionHead;
  readonly deadLetters: DeadLetterSink;
  readonly barrier: Pick<DeadLetterBarrier, "add">;
  readonly health: HealthTracker;
  readonly metrics: RecordMetrics;
  readonly errors: FloodGuard;
}

/**
 * - `deliver`: goes to clients, as `inspector.forward`
 * - `hole`: good, but nothing that a client could be sent
 * - `bad`: could not be judged good, or has no value
 */
export type Intake = "deliver" | "hole" | "bad";

export class RecordIntake {
  readonly #options: RecordIntakeOptions;
  readonly #ages: RecordAges;
  #messageCount = 0;

  constructor(options: RecordIntakeOptions, ages: RecordAges) {
    this.#options = options;
    this.#ages = ages;
  }

  /** Records taken in so far. */
  get messageCount(): number {
    return this.#messageCount;
  }

  take(partition: number, offset: number, record: KafkaMessage): Intake {
    const { inspector, metrics } = this.#options;
    this.#messageCount++;
    const { value } = record;
    if (value === null) return this.#missing(partition, offset);
    this.#ages.beginRecord();
    const failure = inspector.inspect(value);
    const halted = this.#validate(partition, record, failure);
    if (failure !== null) return this.#fail(partition, offset, record, value, failure);
    metrics.success.inc();
    if (halted !== null) {
      this.#deadLetter(partition, offset, record, value, "thread_halted", halted);
      return "hole";
    }
    if (inspector.forward !== null) return "deliver";
    metrics.emptyMessages.inc();
    return "hole";
  }

  #missing(partition: number, offset: number): Intake {
    this.#options.metrics.payloadMissing.inc();
    this.#options.health.payloadMissing(1);
    const error = "the record has no value, an encoded message was expected";
    this.#log("payload_missing", partition, offset, error, 0);
    return "bad";
  }

  /**
   * Checks the numbering of every header that can be trusted, and its age. A record whose header cannot be read
   * accounts for one missing number of the thread that its key names. A redriven record had its turn: where it comes
   * now says nothing about its thread. Gives the reason if a thread is halted.
   */
  #validate(partition: number, record: KafkaMessage, failure: DecodeFailure | null): string | null {
    const { inspector, sequence } = this.#options;
    if (hopsOf(record.headers) > 0) return null;
    const readable = failure === null || failure === "schema_mismatch" || failure === "payload_too_large";
    if (readable && inspector.headers > 0) return this.#observeHeaders(partition);
    if (failure !== null && record.key) sequence.excuse(partition, record.key.toString("utf8"));
    return null;
  }

  #observeHeaders(partition: number): string | null {
    const { inspector, sequence, metrics, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    let halted: string | null = null;
    let firstThread = "";
    let threads = 1;
    for (let i = 0; i < inspector.headers; i++) {
      const header = inspector.header(i);
      if (header === undefined) continue;
      const { threadId, sequence: number, timestampUs } = header;
      const verdict = sequence.observe(partition, threadId, number, timestampUs, nowMs);
      if (verdict === "halted") halted = `Thread ${threadId} is halted due to prior sequence gap`;
      this.#ages.observe(timestampUs);
      if (i === 0) firstThread = threadId;
      else if (threads === 1 && threadId !== firstThread) threads = 2;
    }
    if (threads > 1) metrics.multiThreadBatches.inc();
    return halted;
  }

  /** A value that cannot be delivered: counted, dead-lettered, logged. */
  #fail(
    partition: number,
    offset: number,
    record: KafkaMessage,
    value: Buffer,
    failure: DecodeFailure,
  ): Intake {
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
    return "bad";
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
    const { deadLetters, barrier, inspector } = this.#options;
    const written = deadLetters.offer({
      errorType,
      error,
      partition,
      offset,
      key: record.key,
      value,
      headers: record.headers,
      timestampMs: Number(record.timestamp),
      header: inspector.header(0) ?? inspector.batchHeader,
      messageCount: this.#messageCount,
    });
    if (written !== null) barrier.add(partition, offset, written);
  }
}
