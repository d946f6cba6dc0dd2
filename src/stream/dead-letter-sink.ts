// Where bad records go. The pipeline offers a dead letter and goes on; what became of it shows in the metrics.

import { DECODE_FAILURES } from "../wire/failure.ts";
import type { HeaderView } from "../wire/header.ts";

/** `error_type` of a dead letter: the wire failures and those of later stages. */
export const DEAD_LETTER_TYPES = [...DECODE_FAILURES, "thread_halted"] as const;

export type DeadLetterType = (typeof DEAD_LETTER_TYPES)[number];

/** A bad record with all that is known of it. The handler copies what it keeps; views may be reused after `offer`. */
export interface DeadLetter {
  readonly errorType: DeadLetterType;
  /** What was wrong, with the value and what was expected. */
  readonly error: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  /** `traceparent` of the record's headers, if it has one. */
  readonly traceparent: string | null;
  /** The header, as far as it could be read. */
  readonly header: HeaderView | null;
  /** Records received by this process so far. */
  readonly messageCount: number;
}

export type DeadLetterFailure = "timeout" | "kafka_error" | "backpressure";

/** The `dlq_health` object of `/health`. */
export interface DeadLetterHealth {
  readonly mode: "fail_open" | "fail_closed";
  readonly status: "healthy" | "degraded" | "unknown";
  readonly sends: number;
  readonly failures_by_reason: Readonly<Record<DeadLetterFailure, number>>;
  readonly in_flight: number;
  readonly last_failure_ago_seconds: number | null;
}

export interface DeadLetterSink {
  /** Takes a dead letter without waiting (fail-open): what cannot be sent is counted by reason, never thrown. */
  offer(letter: DeadLetter): void;
  health(): DeadLetterHealth;
  /** Resolves when nothing is in flight, at the latest after `timeoutMs`; gives what is still in flight. */
  flush(timeoutMs: number): Promise<number>;
  /** Flushes and disconnects. */
  close(timeoutMs: number): Promise<void>;
}
