// The span of one batch. It is a trace of its own, because its records belong to many; the spans of its records name it.
// Kept by chance, and always if the batch failed.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { SpanContext } from "../telemetry/tracing/span.ts";
import { Stopwatch } from "../telemetry/tracing/stopwatch.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import type { ConsumedBatch } from "./batch.ts";
import { offsetAttributes, type RecordSource, sourceAttributes } from "./record-source.ts";

export interface BatchTraceOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly source: RecordSource;
}

export class BatchTrace {
  readonly #options: BatchTraceOptions;
  readonly #batch: ConsumedBatch;
  readonly #watch: Stopwatch;
  /** The span, for those that name it; `null` if it is not kept. */
  readonly context: SpanContext | null;

  constructor(options: BatchTraceOptions, batch: ConsumedBatch) {
    this.#options = options;
    this.#batch = batch;
    this.#watch = new Stopwatch(options.clock);
    this.context = options.tracer.sampleNew();
  }

  /** The batch is handled, as far as it will be; `failure` is what ended it before its end. */
  end(failure: { readonly error: unknown } | null): void {
    const { tracer, source } = this.#options;
    const context = this.context ?? (failure === null ? null : tracer.begin());
    if (context === null) return;
    const { partition, records } = this.#batch;
    tracer.finish({
      name: "consume_kafka_batch",
      kind: "consumer",
      context,
      startMs: this.#watch.startMs,
      endMs: this.#watch.nowMs(),
      attributes: {
        ...sourceAttributes(source, "receive", partition),
        ...offsetAttributes(Number(records[0]?.offset ?? -1)),
        "messaging.batch.message_count": records.length,
      },
      error: failure === null ? null : describeError(failure.error),
      links: [],
    });
  }
}
