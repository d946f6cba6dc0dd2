// The judgement on a record, the same for the server and for consumers that use the library: whether its value is
// good, and whether its thread may go on. Runs for every record, so it allocates nothing for a good one.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { SpanContext } from "../telemetry/tracing/span.ts";
import type { DecodeFailure } from "../wire/failure.ts";
import type { HeaderView } from "../wire/header.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { DeadLetter, DeadLetterType } from "./dead-letter.ts";
import { hopsOf } from "./redrive-headers.ts";
import type { SequenceValidator, SequenceVerdict } from "./sequence.ts";

/** Hears of each header that takes part in the numbering; `verdict` is `null` where numbers are not checked. */
export interface HeaderObserver {
  header(header: HeaderView, verdict: SequenceVerdict | null): void;
}

/** What is wrong with a record that has no value to judge. */
export const MISSING_VALUE = "the record has no value, an encoded message was expected";

export interface RecordJudgeOptions {
  readonly clock: Clock;
  readonly inspector: Inspector;
  /** `null` = numbers are not checked. */
  readonly sequence: SequenceValidator | null;
  readonly observer?: HeaderObserver;
}

export class RecordJudge {
  readonly #options: RecordJudgeOptions;
  #verdict: SequenceVerdict | null = null;
  #haltedThread: string | null = null;
  #judged = 0;

  constructor(options: RecordJudgeOptions) {
    this.#options = options;
  }

  /** Records met so far, with and without a value. */
  get count(): number {
    return this.#judged;
  }

  /** How the last record's first header stands in its thread; `null` if it took no part. */
  get verdict(): SequenceVerdict | null {
    return this.#verdict;
  }

  /** Why the last record must not be delivered although it is good; `null` if it may. */
  get halted(): string | null {
    const thread = this.#haltedThread;
    return thread === null ? null : `Thread ${thread} is halted due to prior sequence gap`;
  }

  /** Counts a record that has no value to judge. */
  skip(): void {
    this.#judged++;
  }

  /** Judges a value; `null` if it is good. `again`: it was judged before, and its number took part then. */
  judge(partition: number, record: KafkaMessage, value: Buffer, again = false): DecodeFailure | null {
    if (!again) this.#judged++;
    const failure = this.#options.inspector.inspect(value);
    this.#verdict = null;
    this.#haltedThread = null;
    // A redriven record had its turn: where it comes now says nothing about its thread.
    if (!again && hopsOf(record.headers) === 0) this.#validate(partition, record, failure);
    return failure;
  }

  /** The dead letter of the record that was judged last; `trace` is the span of that record, if it has one. */
  letter(
    partition: number,
    record: KafkaMessage,
    value: Buffer,
    errorType: DeadLetterType,
    error: string,
    trace: SpanContext | null,
  ): DeadLetter {
    const { inspector } = this.#options;
    return {
      errorType,
      error,
      partition,
      offset: Number(record.offset),
      key: record.key,
      value,
      headers: record.headers,
      timestampMs: Number(record.timestamp),
      header: inspector.header(0) ?? inspector.batchHeader,
      messageCount: this.#judged,
      trace,
    };
  }

  /**
   * Checks the numbering of every header that can be trusted. A record whose header cannot be read accounts for one
   * missing number of the thread that its key names.
   */
  #validate(partition: number, record: KafkaMessage, failure: DecodeFailure | null): void {
    const { inspector, sequence } = this.#options;
    const readable = failure === null || failure === "schema_mismatch" || failure === "payload_too_large";
    if (readable && inspector.headers > 0) this.#observeHeaders(partition);
    else if (failure !== null && record.key) sequence?.excuse(partition, record.key.toString("utf8"));
  }

  #observeHeaders(partition: number): void {
    const { inspector, sequence, clock, observer } = this.#options;
    const nowMs = clock.monotonicMs();
    for (let i = 0; i < inspector.headers; i++) {
      const header = inspector.header(i);
      if (header === undefined) continue;
      const { threadId, sequence: number, timestampUs } = header;
      let verdict: SequenceVerdict | null = null;
      if (sequence !== null) {
        verdict = sequence.observe(partition, threadId, number, timestampUs, nowMs);
        if (i === 0) this.#verdict = verdict;
        if (verdict === "halted") this.#haltedThread = threadId;
      }
      observer?.header(header, verdict);
    }
  }
}
