// Why a record is bad: one closed set of codes, used for counters, dead letters and logs alike.

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

/** All codes: a record without a value has none to judge, and is bad all the same. */
export type FailureCode = DecodeFailure | "payload_missing";
