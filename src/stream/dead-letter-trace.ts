// The span of one dead letter, from when it was handed over until it is known what became of it: a part of the trace of
// the record that it is about.

import type { Clock } from "../runtime/clock.ts";
import { Stopwatch } from "../telemetry/tracing/stopwatch.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import type { DeadLetter, DeadLetterFailure } from "./dead-letter.ts";

export interface DeadLetterTraceOptions {
  readonly tracer?: Tracer | null;
  readonly clock: Clock;
  /** Where dead letters go. */
  readonly topic: string;
}

/** Ends the span: `null` if Kafka has the letter. */
export type EndDeadLetterTrace = (
  failure: { readonly reason: DeadLetterFailure; readonly error: string } | null,
) => void;

/** Begins one; `null` if nothing is traced, or the letter has no record in Kafka. */
export function traceDeadLetter(
  options: DeadLetterTraceOptions,
  letter: DeadLetter,
): EndDeadLetterTrace | null {
  const { tracer, clock, topic } = options;
  const { trace, errorType, partition, offset } = letter;
  if (!tracer || !trace) return null;
  const watch = new Stopwatch(clock);
  return (failure) =>
    tracer.finish({
      name: "send_dead_letter",
      kind: "producer",
      context: tracer.childOf(trace),
      startMs: watch.startMs,
      endMs: watch.nowMs(),
      attributes: {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": topic,
        "kafka.partition": partition,
        "kafka.offset": offset,
        "dead_letter.error_type": errorType,
        ...(failure === null ? {} : { "error.type": failure.reason }),
      },
      error: failure === null ? null : failure.error,
      links: [],
    });
}
