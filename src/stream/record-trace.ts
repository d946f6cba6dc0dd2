// The span of one record that is kept: begun when its slice was taken up, ended by whoever is done with it.

import type { Clock } from "../runtime/clock.ts";
import type { SpanAttributes, SpanContext } from "../telemetry/tracing/span.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import type { FailureCode } from "../wire/failure.ts";
import type { DeadLetterType } from "./dead-letter.ts";

/** What is wrong with a record. */
export interface RecordFailure {
  readonly type: FailureCode | DeadLetterType;
  /** For people. */
  readonly error: string;
}

export interface RecordTraceParts {
  readonly context: SpanContext;
  /** When it began, milliseconds since the epoch, and the same moment by the monotonic clock. */
  readonly startMs: number;
  readonly startMonotonicMs: number;
  readonly attributes: SpanAttributes;
  readonly links: readonly SpanContext[];
  readonly failure: RecordFailure | null;
}

/** Error texts repeat what records say, which may be long. */
const MAX_ERROR_LENGTH = 1024;

export class RecordTrace {
  readonly #tracer: Tracer;
  readonly #clock: Clock;
  readonly #parts: RecordTraceParts;
  #failure: RecordFailure | null;

  constructor(tracer: Tracer, clock: Clock, parts: RecordTraceParts) {
    this.#tracer = tracer;
    this.#clock = clock;
    this.#parts = parts;
    this.#failure = parts.failure;
  }

  get context(): SpanContext {
    return this.#parts.context;
  }

  fail(failure: RecordFailure): void {
    this.#failure = failure;
  }

  end(): void {
    const { context, startMs, startMonotonicMs, attributes, links } = this.#parts;
    const failure = this.#failure;
    this.#tracer.finish({
      name: "process_kafka_message",
      kind: "consumer",
      context,
      startMs,
      endMs: startMs + this.#clock.monotonicMs() - startMonotonicMs,
      attributes: failure === null ? attributes : { ...attributes, "error.type": failure.type },
      error: failure === null ? null : failure.error.slice(0, MAX_ERROR_LENGTH),
      links,
    });
  }
}
