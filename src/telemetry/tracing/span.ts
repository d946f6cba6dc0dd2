// What a span is here: plain data that is made once everything about it is known, so that nothing is kept, and nothing
// is paid, for what nobody will look at.

/** The trace that a span belongs to, and its place in it. Ids are lower-case hexadecimal. */
export interface SpanContext {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
  /** `null`: the trace begins with this span. */
  readonly parentSpanId: string | null;
  /** Whether the parent is a span of another program. */
  readonly parentIsRemote: boolean;
  /** The `tracestate` of W3C Trace Context, as it came. */
  readonly traceState: string | null;
}

/** The role of a span, as OpenTelemetry has it. */
export type SpanKind = "internal" | "server" | "producer" | "consumer";

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  /** Milliseconds since the epoch, with digits after the point. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  /** What went wrong, for people; `null` = nothing did. Trace stores show it as `error=true`. */
  readonly error: string | null;
  /** Spans of other traces that it has to do with. */
  readonly links: readonly SpanContext[];
}
