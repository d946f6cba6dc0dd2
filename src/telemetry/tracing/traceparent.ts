// The `traceparent` header of W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace a record belongs to,
// and whether that trace is recorded. What is not valid counts as not there.

/** Headers of a record; values are bytes, texts, or lists of them. */
export type TraceCarrier = Readonly<Record<string, unknown>> | undefined;

export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether the caller recorded its own span. */
  readonly sampled: boolean;
}

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Characters of version 00; later versions may add more behind another hyphen. */
const LENGTH = 55;
const TRACE_ID_AT = 3;
const FLAGS_AT = 53;
const HYPHEN = 0x2d;
/** A `tracestate` beyond this is dropped as a whole, which the standard permits. */
const MAX_STATE_LENGTH = 512;

/** The digits of a trace id by which sampling decides: the upper half of the 56 bits that the standard has random. */
export const DECIDING_DIGITS = { from: 18, to: 26 } as const;

/** The caller's span; `null` if the header is not valid. */
export function parseTraceparent(text: string | null): RemoteParent | null {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === "00" && more !== undefined) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The text of a header; of several of one name the first. `null` if there is none. */
export function carriedText(carrier: TraceCarrier, name: string): string | null {
  const value = carrier?.[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === "string") return first;
  return first instanceof Uint8Array
    ? Buffer.from(first.buffer, first.byteOffset, first.length).toString()
    : null;
}

/** The `tracestate` of a record, if it has one of reasonable length. */
export function carriedState(carrier: TraceCarrier): string | null {
  const text = carriedText(carrier, "tracestate");
  return text === null || text === "" || text.length > MAX_STATE_LENGTH ? null : text;
}

/**
 * What a header says to sampling, read from its bytes without making anything of them: the number of its trace id's
 * deciding digits, `NOT_SAMPLED` if its sender did not record, `NO_PARENT` if it is visibly none.
 */
export function peekTraceparent(bytes: Uint8Array): number {
  if (bytes.length < LENGTH || bytes[TRACE_ID_AT - 1] !== HYPHEN || bytes[FLAGS_AT - 1] !== HYPHEN) {
    return NO_PARENT;
  }
  const flags = hexDigit(bytes[FLAGS_AT + 1]);
  if (flags < 0) return NO_PARENT;
  if ((flags & 1) === 0) return NOT_SAMPLED;
  let number = 0;
  for (let at = TRACE_ID_AT + DECIDING_DIGITS.from; at < TRACE_ID_AT + DECIDING_DIGITS.to; at++) {
    const digit = hexDigit(bytes[at]);
    if (digit < 0) return NO_PARENT;
    number = number * 16 + digit;
  }
  return number;
}

export const NOT_SAMPLED = -1;
export const NO_PARENT = -2;

const DIGIT_0 = 0x30;
const LETTER_A = 0x61;

function hexDigit(code = 0): number {
  if (code >= DIGIT_0 && code < DIGIT_0 + 10) return code - DIGIT_0;
  return code >= LETTER_A && code < LETTER_A + 6 ? code - LETTER_A + 10 : -1;
}
