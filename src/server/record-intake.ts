// What becomes of one record: judged, counted, dead-lettered and logged if it is bad. Every record has exactly one
// verdict; what each verdict leads to is the table in src/README.md.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { DeadLetterType } from "../stream/dead-letter.ts";
import type { DeadLetterBarrier } from "../stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../stream/dead-letter-sink.ts";
import { MISSING_VALUE, RecordJudge } from "../stream/record-judge.ts";
import type { RecordTraces } from "../stream/record-traces.ts";
import type { SequenceValidator, SequenceVerdict } from "../stream/sequence.ts";
import type { SessionHead } from "../stream/session-head.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { DecodeFailure, FailureCode } from "../wire/failure.ts";
import type { HeaderView } from "../wire/header.ts";
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
  /** `null` = nothing is traced. */
  readonly traces: RecordTraces | null;
}

/**
 * - `deliver`: goes to clients, as `inspector.forward`
 * - `hole`: good, but nothing that a client could be sent
 * - `withheld`: could be sent, but its thread is halted
 * - `bad`: could not be judged good, or has no value
 */
export type Intake = "deliver" | "hole" | "withheld" | "bad";

export class RecordIntake {
  readonly #options: RecordIntakeOptions;
  readonly #ages: RecordAges;
  readonly #judge: RecordJudge;
  /** Threads of the headers of the record at hand; more than one are counted as many. */
  #firstThread: string | null = null;
  #severalThreads = false;

  constructor(options: RecordIntakeOptions, ages: RecordAges) {
    this.#options = options;
    this.#ages = ages;
    this.#judge = new RecordJudge({ ...options, observer: this });
  }

  /** Dead letters handed over so far. */
  letterCount = 0;

  /** Records taken in so far. */
  get messageCount(): number {
    return this.#judge.count;
  }

  take(partition: number, offset: number, record: KafkaMessage): Intake {
    const { traces } = this.#options;
    if (traces === null) return this.#take(partition, offset, record);
    traces.begin(partition, offset, record);
    const intake = this.#take(partition, offset, record);
    const trace = traces.judged();
    trace?.end();
    this.#ages.tracedAs(trace?.context.traceId ?? null);
    return intake;
  }

  #take(partition: number, offset: number, record: KafkaMessage): Intake {
    const { inspector, metrics } = this.#options;
    const { value } = record;
    if (value === null) return this.#missing(partition, offset);
    this.#ages.beginRecord();
    this.#firstThread = null;
    this.#severalThreads = false;
    const failure = this.#judge.judge(partition, record, value);
    if (this.#severalThreads) metrics.multiThreadBatches.inc();
    if (failure !== null) return this.#fail(partition, offset, record, value, failure);
    metrics.success.inc();
    const { halted } = this.#judge;
    if (halted !== null) {
      metrics.haltedThreadRecords.inc();
      this.#deadLetter(partition, record, value, "thread_halted", halted);
      return "withheld";
    }
    if (inspector.forward !== null) return "deliver";
    metrics.emptyMessages.inc();
    return "hole";
  }

  /** Called by the judge for each header of the record at hand. */
  header(header: HeaderView, verdict: SequenceVerdict | null): void {
    const { threadId, timestampUs } = header;
    this.#ages.observe(timestampUs);
    this.#options.traces?.header(header, verdict);
    if (this.#firstThread === null) this.#firstThread = threadId;
    else if (threadId !== this.#firstThread) this.#severalThreads = true;
  }

  #missing(partition: number, offset: number): Intake {
    this.#judge.skip();
    this.#options.metrics.payloadMissing.inc();
    this.#options.health.payloadMissing(1);
    this.#options.traces?.failed("payload_missing", MISSING_VALUE);
    this.#log("payload_missing", partition, offset, MISSING_VALUE, 0);
    return "bad";
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
    this.#deadLetter(partition, record, value, failure, inspector.error);
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
    record: KafkaMessage,
    value: Buffer,
    errorType: DeadLetterType,
    error: string,
  ): void {
    const { deadLetters, barrier, traces } = this.#options;
    traces?.failed(errorType, error);
    const letter = this.#judge.letter(partition, record, value, errorType, error, traces?.context ?? null);
    this.letterCount++;
    barrier.add(partition, letter.offset, deadLetters.offer(letter));
  }
}
