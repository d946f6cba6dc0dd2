// The `traceparent` header of W3C Trace Context, version 00, sampled: a thread is a trace, a record a span.

import type { Random } from "../../src/runtime/random.ts";

const TWO_POW_32 = 2 ** 32;

/** 32 hex digits. */
export function traceId(random: Random): string {
  return hex64(random) + hex64(random);
}

/** The header of one record: a new span of the trace. */
export function traceparent(trace: string, random: Random): string {
  return `00-${trace}-${hex64(random)}-01`;
}

/** 16 hex digits; the last one is odd, because an id of nothing but zeros is not valid. */
function hex64(random: Random): string {
  return hex32(random.int(TWO_POW_32)) + hex32(random.int(TWO_POW_32) | 1);
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
