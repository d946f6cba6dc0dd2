// What is known of a bad record when it becomes a dead letter, and what became of dead letters.

import type { SpanContext } from "../telemetry/tracing/span.ts";
import { DECODE_FAILURES } from "../wire/failure.ts";
import type { HeaderView } from "../wire/header.ts";
import type { RecordHeaders } from "./redrive-headers.ts";

/** `error_type` of a dead letter: the wire failures and those of later stages. */
export const DEAD_LETTER_TYPES = [
  ...DECODE_FAILURES,
  "thread_halted",
  "processing_error",
  "kafka_send_error",
] as const;

/** As in `DEAD_LETTER_TYPES`. */
export type DeadLetterType = (typeof DEAD_LETTER_TYPES)[number];

/** A bad record with all that is known of it. Views of it may be reused as soon as it was handed over. */
export interface DeadLetter {
  readonly errorType: DeadLetterType;
  /** What was wrong, with the value and what was expected. */
  readonly error: string;
  /** Place of the record; -1 and -1 for one that never got into Kafka. */
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: RecordHeaders | undefined;
  /** Kafka's time of the record in milliseconds since the epoch, if it has one. */
  readonly timestampMs: number | null;
  /** The header of the message, as far as it could be read. */
  readonly header: HeaderView | null;
  /** Records received by this process so far. */
  readonly messageCount: number;
  /** The span of the record, of whose trace the letter becomes a part; `null` if it has none. */
  readonly trace?: SpanContext | null;
  /** Who met the record; default: whoever the handler belongs to. */
  readonly consumerId?: string;
}

/**
 * Why an attempt to write a dead letter failed, by the last thing that happened.
 *
 * - `timeout`: no answer in time
 * - `kafka_error`: Kafka answered with an error, or the connection failed
 * - `backpressure`: no slot was free, nothing was sent
 */
export const DEAD_LETTER_FAILURES = ["timeout", "kafka_error", "backpressure"] as const;

/** As in `DEAD_LETTER_FAILURES`. */
export type DeadLetterFailure = (typeof DEAD_LETTER_FAILURES)[number];

/** `fail_open`: a partition goes on whatever becomes of its dead letters. `fail_closed`: it waits for them. */
export const DLQ_MODES = ["fail_open", "fail_closed"] as const;

/** As in `DLQ_MODES`. */
export type DlqMode = (typeof DLQ_MODES)[number];

/** The `dlq_health` object of `/health`. */
export interface DeadLetterHealth {
  readonly mode: DlqMode;
  readonly status: "healthy" | "degraded" | "unknown";
  /** Dead letters that Kafka acknowledged. */
  readonly sends: number;
  /** Failed attempts, and letters dropped for want of a slot. */
  readonly failures_by_reason: Readonly<Record<DeadLetterFailure, number>>;
  readonly in_flight: number;
  readonly last_failure_ago_seconds: number | null;
  /** Partitions that stand still until Kafka has their dead letters; always empty in `fail_open`. */
  readonly waiting_partitions: readonly number[];
}
