// Decides which traces are kept, and gives spans their ids. A trace is kept by a share of trace ids, so that all who see
// it decide alike, and only if its sender records it too. Whoever finds an error keeps its span whatever was decided.

import type { Random } from "../../runtime/random.ts";
import type { FinishedSpan, SpanContext } from "./span.ts";
import {
  carriedState,
  carriedText,
  DECIDING_DIGITS,
  NO_PARENT,
  NOT_SAMPLED,
  parseTraceparent,
  peekTraceparent,
  type TraceCarrier,
} from "./traceparent.ts";

export interface TracerOptions {
  /** The share of traces that is kept, 0 to 1. */
  readonly ratio: number;
  readonly random: Random;
  /** Takes spans that are to be exported. Must return at once. */
  readonly finish: (span: FinishedSpan) => void;
}

const NUMBERS = 0x1_0000_0000;

export class Tracer {
  readonly #options: TracerOptions;
  /** Traces are kept from this number of their deciding digits on, as OpenTelemetry's probability sampling does. */
  readonly #threshold: number;

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#threshold = Math.round((1 - options.ratio) * NUMBERS);
  }

  /** The context of a span for a record, or `null` if its trace is not kept. Allocates nothing for what is not kept. */
  sample(carrier: TraceCarrier): SpanContext | null {
    const number = numberOf(carrier);
    if (number === NO_PARENT) return this.sampleNew();
    return number >= this.#threshold ? this.continue(carrier) : null;
  }

  /** The context of a span that begins a trace, or `null` if that one is not kept. */
  sampleNew(): SpanContext | null {
    if (this.#threshold >= NUMBERS) return null;
    const number = this.#options.random.int(NUMBERS);
    return number >= this.#threshold ? this.#newTrace(number) : null;
  }

  /** The context of a span for a record that is kept in any case: in the record's trace, or in a new one. */
  continue(carrier: TraceCarrier): SpanContext {
    const parent = parseTraceparent(carriedText(carrier, "traceparent"));
    if (parent === null) return this.begin();
    const { traceId, spanId: parentSpanId } = parent;
    const traceState = carriedState(carrier);
    return { traceId, spanId: this.#spanId(), parentSpanId, parentIsRemote: true, traceState };
  }

  /** The context of a span that begins a trace and is kept in any case. */
  begin(): SpanContext {
    return this.#newTrace(this.#options.random.int(NUMBERS));
  }

  /** The context of a span below another one. */
  childOf({ traceId, spanId: parentSpanId, traceState }: SpanContext): SpanContext {
    return { traceId, spanId: this.#spanId(), parentSpanId, parentIsRemote: false, traceState };
  }

  /** Hands over a span that is to be exported. */
  finish(span: FinishedSpan): void {
    this.#options.finish(span);
  }

  /** The number that decided stands in the id, so that whoever sees the id decides alike. */
  #newTrace(number: number): SpanContext {
    const drawn = hex(this.#options.random.bytes(12));
    const before = drawn.slice(0, DECIDING_DIGITS.from);
    const deciding = number.toString(16).padStart(DECIDING_DIGITS.to - DECIDING_DIGITS.from, "0");
    const traceId = `${before}${deciding}${drawn.slice(DECIDING_DIGITS.from)}`;
    return { traceId, spanId: this.#spanId(), parentSpanId: null, parentIsRemote: false, traceState: null };
  }

  #spanId(): string {
    return hex(this.#options.random.bytes(8));
  }
}

function numberOf(carrier: TraceCarrier): number {
  const value = carrier?.traceparent;
  if (value instanceof Uint8Array) return peekTraceparent(value);
  if (value === undefined || value === null) return NO_PARENT;
  const parent = parseTraceparent(carriedText(carrier, "traceparent"));
  if (parent === null) return NO_PARENT;
  return parent.sampled
    ? Number.parseInt(parent.traceId.slice(DECIDING_DIGITS.from, DECIDING_DIGITS.to), 16)
    : NOT_SAMPLED;
}

/** Ids of only zeros are not valid; chance never makes one, a broken source of it might. */
function hex(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).toString("hex");
  return /[^0]/.test(digits) ? digits : `${digits.slice(0, -1)}1`;
}
