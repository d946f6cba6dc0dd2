// Why a value is bad: one closed set of codes, used for counters, dead letters and logs alike. A record without a
// value, `payload_missing`, is not among them: there is nothing to judge, and it has a counter of its own.

/** Codes of values that cannot be delivered (verdict table in src/README.md). */
export const DECODE_FAILURES = [
  "payload_too_large",
  "buffer_underflow",
  "invalid_protobuf",
  "decompression_failed",
  "schema_mismatch",
  "unknown_decode_error",
] as const;

export type DecodeFailure = (typeof DECODE_FAILURES)[number];
