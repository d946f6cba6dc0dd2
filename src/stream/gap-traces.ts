// Sequence gaps in traces: an attribute of the record whose arrival showed that numbers are lost, or, if time did, a
// span of its own in the trace of the record that overtook them.

import type { Clock } from "../runtime/clock.ts";
import type { SpanAttributes, SpanContext } from "../telemetry/tracing/span.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import { offsetAttributes, type RecordSource, sourceAttributes } from "./record-source.ts";
import type { SequenceGap } from "./sequence.ts";

/** A record that has a number of its thread before which others are missing. */
export interface Overtaker {
  readonly partition: number;
  readonly threadId: string;
  readonly sequence: number;
}

interface Origin {
  readonly offset: number;
  /** When it was judged, milliseconds since the epoch. */
  readonly atMs: number;
  /** The context of its span. */
  readonly context: SpanContext;
  /** Whether that span was exported. */
  readonly kept: boolean;
}

export interface GapTracesOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly source: RecordSource;
}

/** Records remembered until the numbers that they overtook arrive or count as lost. What is forgotten only loses its place. */
const MAX_ORIGINS = 1_000;

export class GapTraces {
  readonly #options: GapTracesOptions;
  readonly #origins = new Map<string, Origin>();

  constructor(options: GapTracesOptions) {
    this.#options = options;
  }

  remember(overtaker: Overtaker, origin: Origin): void {
    const [oldest] = this.#origins.keys();
    if (oldest !== undefined && this.#origins.size >= MAX_ORIGINS) this.#origins.delete(oldest);
    this.#origins.set(keyOf(overtaker), origin);
  }

  /** The numbers arrived, or the gap is told of otherwise. */
  forget(overtaker: Overtaker): void {
    this.#origins.delete(keyOf(overtaker));
  }

  /** A gap that was found while no record of its thread was at hand. */
  declare(gap: SequenceGap): void {
    const { tracer, clock, source } = this.#options;
    const { partition, threadId, received: sequence } = gap;
    const key = keyOf({ partition, threadId, sequence });
    const origin = this.#origins.get(key);
    this.#origins.delete(key);
    const nowMs = clock.nowMs();
    tracer.finish({
      name: "declare_sequence_gap",
      kind: "internal",
      context: contextOf(tracer, origin),
      startMs: origin?.atMs ?? nowMs,
      endMs: nowMs,
      attributes: {
        ...sourceAttributes(source, "process", partition),
        ...(origin === undefined ? {} : offsetAttributes(origin.offset)),
        thread_id: threadId,
        ...gapAttributes([gap]),
      },
      error: null,
      links: [],
    });
  }
}

function contextOf(tracer: Tracer, origin: Origin | undefined): SpanContext {
  if (origin === undefined) return tracer.begin();
  return origin.kept ? tracer.childOf(origin.context) : origin.context;
}

function keyOf({ partition, threadId, sequence }: Overtaker): string {
  return `${partition} ${sequence} ${threadId}`;
}

/** What is said of the gaps that one record showed; of several the first and the last number. */
export function gapAttributes(gaps: readonly SequenceGap[]): SpanAttributes {
  const [first] = gaps;
  const last = gaps.at(-1);
  if (first === undefined || last === undefined) return {};
  return {
    sequence_gap: true,
    gap_expected: first.expected,
    gap_received: last.received,
    gap_size: gaps.reduce((sum, { size }) => sum + size, 0),
  };
}
