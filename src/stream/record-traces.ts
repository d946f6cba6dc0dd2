// The spans of records, made when it is known what became of each: of the share of traces that is kept, and always of
// records with an error or a sequence gap. A record whose trace is not kept costs a look at its `traceparent` and
// allocates nothing.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { SpanAttributes, SpanContext } from "../telemetry/tracing/span.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import type { HeaderView } from "../wire/header.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { ConsumedBatch } from "./batch.ts";
import { BatchTrace } from "./batch-trace.ts";
import { GapTraces, gapAttributes, type Overtaker } from "./gap-traces.ts";
import type { HeaderObserver } from "./record-judge.ts";
import { offsetAttributes, type RecordSource, sourceAttributes } from "./record-source.ts";
import { type RecordFailure, RecordTrace } from "./record-trace.ts";
import type { SequenceEvents, SequenceGap, SequenceVerdict } from "./sequence.ts";
import { boundThreadId, shortenId } from "./thread-id.ts";

export interface RecordTracesOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** Holds the record that is judged, until the next one is. */
  readonly inspector: Inspector;
  readonly source: RecordSource;
  /** Only records with a dead letter have spans here; another reader of the process makes those of all. */
  readonly lettersOnly?: boolean;
}

/** The spans of one reader, which judges one record at a time. */
export class RecordTraces implements HeaderObserver {
  readonly #options: RecordTracesOptions;
  readonly #gapTraces: GapTraces;
  #batch: BatchTrace | null = null;
  #startMs = 0;
  #startMonotonicMs = 0;
  /** The record at hand; `null` between records. */
  #record: KafkaMessage | null = null;
  #partition = 0;
  #offset = 0;
  #context: SpanContext | null = null;
  #failure: RecordFailure | null = null;
  #verdict: SequenceVerdict | null = null;
  /** Of the record at hand. */
  readonly #gaps: SequenceGap[] = [];
  readonly #overtakers: Overtaker[] = [];

  constructor(options: RecordTracesOptions) {
    this.#options = options;
    this.#gapTraces = new GapTraces(options);
  }

  /** Handles a batch with a span around it, which `handle` names when it comes to its records. */
  async ofBatch(batch: ConsumedBatch, handle: (trace: BatchTrace) => Promise<void>): Promise<void> {
    const trace = new BatchTrace(this.#options, batch);
    try {
      await handle(trace);
      trace.end(null);
    } catch (error) {
      trace.end({ error });
      throw error;
    }
  }

  /** Records of this batch come next. Their spans begin now, also of those that wait for others of the slice. */
  beginSlice(batch: BatchTrace | null): void {
    const { clock } = this.#options;
    this.#batch = batch;
    this.#startMs = clock.nowMs();
    this.#startMonotonicMs = clock.monotonicMs();
  }

  /** A record is judged from here on, until `judged`. */
  begin(partition: number, offset: number, record: KafkaMessage): void {
    this.#record = record;
    this.#partition = partition;
    this.#offset = offset;
    this.#context = null;
    this.#failure = null;
    this.#verdict = null;
  }

  /** The context of the span of the record at hand; only to be asked for if that will be kept. */
  get context(): SpanContext {
    this.#context ??= this.#options.tracer.continue(this.#record?.headers);
    return this.#context;
  }

  /** The record at hand is not what it should be. */
  failed(type: RecordFailure["type"], error: string): void {
    this.#failure = { type, error };
  }

  /** How a header of the record at hand stands in its thread. */
  header({ threadId, sequence }: HeaderView, verdict: SequenceVerdict | null): void {
    this.#verdict ??= verdict;
    if (verdict !== "ahead") return;
    this.#overtakers.push({ partition: this.#partition, threadId: boundThreadId(threadId), sequence });
  }

  /** The same events, with each gap in a span. */
  withGaps(events: SequenceEvents): SequenceEvents {
    return {
      ...events,
      gap: (gap) => {
        events.gap(gap);
        if (this.#isOfRecord(gap)) this.#gaps.push(gap);
        else this.#gapTraces.declare(gap);
      },
    };
  }

  /** The trace of the record at hand if it is kept; whoever gets it ends it. */
  judged(): RecordTrace | null {
    const record = this.#record;
    if (record === null) return null;
    const context = this.#keptContext(record);
    if (this.#overtakers.length > 0 || this.#gaps.length > 0) this.#settleGaps(context);
    const trace = context === null ? null : this.#traceOf(record, context);
    this.#gaps.length = 0;
    this.#record = null;
    return trace;
  }

  /** The trace of a record that was not kept when it was judged, and turned out to be an error's. */
  failedLater(partition: number, offset: number, record: KafkaMessage): RecordTrace {
    this.beginSlice(null);
    this.begin(partition, offset, record);
    const trace = this.#traceOf(record, this.context);
    this.#record = null;
    return trace;
  }

  #keptContext(record: KafkaMessage): SpanContext | null {
    const { tracer, lettersOnly } = this.#options;
    // So far only a letter has asked for it.
    if (lettersOnly) return this.#context;
    if (this.#failure !== null) return this.context;
    return this.#gaps.length > 0 ? this.context : tracer.sample(record.headers);
  }

  /** What the record at hand overtook may count as lost when other records, or none, are at hand. */
  #settleGaps(kept: SpanContext | null): void {
    for (const { partition, threadId, received: sequence } of this.#gaps) {
      this.#gapTraces.forget({ partition, threadId, sequence });
    }
    for (const overtaker of this.#overtakers) {
      if (
        this.#gaps.some((gap) => gap.threadId === overtaker.threadId && gap.received === overtaker.sequence)
      )
        continue;
      this.#gapTraces.remember(overtaker, {
        offset: this.#offset,
        atMs: this.#nowMs(),
        context: kept ?? this.context,
        kept: kept !== null,
      });
    }
    this.#overtakers.length = 0;
  }

  #traceOf(record: KafkaMessage, context: SpanContext): RecordTrace {
    const { tracer, clock } = this.#options;
    const batch = this.#batch?.context ?? null;
    return new RecordTrace(tracer, clock, {
      context,
      startMs: this.#startMs,
      startMonotonicMs: this.#startMonotonicMs,
      attributes: { ...this.#attributes(record), ...gapAttributes(this.#gaps) },
      links: batch === null ? [] : [batch],
      failure: this.#failure,
    });
  }

  #attributes({ key, value }: KafkaMessage): SpanAttributes {
    const { inspector, source } = this.#options;
    // Without a value the inspector still holds the record before.
    const header = value === null ? null : (inspector.header(0) ?? inspector.batchHeader);
    const threadId = header?.threadId || key?.toString("utf8") || "";
    const tenantId = header?.tenantId || "";
    return {
      ...sourceAttributes(source, "process", this.#partition),
      ...offsetAttributes(this.#offset),
      ...(value === null
        ? { "messaging.kafka.message.tombstone": true }
        : { "messaging.message.body.size": value.length }),
      ...(threadId === "" ? {} : { thread_id: shortenId(threadId) }),
      ...(tenantId === "" ? {} : { tenant_id: shortenId(tenantId) }),
      ...(header === null ? {} : { sequence: sequenceOf(header) }),
      ...(this.#verdict === null ? {} : { sequence_verdict: this.#verdict }),
    };
  }

  #isOfRecord(gap: SequenceGap): boolean {
    if (this.#record === null || this.#partition !== gap.partition) return false;
    const { inspector } = this.#options;
    for (let i = 0; i < inspector.headers; i++) {
      if (boundThreadId(inspector.header(i)?.threadId ?? "") === gap.threadId) return true;
    }
    return false;
  }

  #nowMs(): number {
    return this.#startMs + this.#options.clock.monotonicMs() - this.#startMonotonicMs;
  }
}

/** As text where a number would not be exact. */
function sequenceOf({ sequence, sequenceText }: HeaderView): number | string {
  return Number.isSafeInteger(sequence) ? sequence : sequenceText;
}
