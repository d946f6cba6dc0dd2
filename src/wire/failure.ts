// Why a value is bad: one closed set of codes, used for counters, dead letters and logs alike.

/** Codes of values that cannot be delivered (verdict table in src/README.md). */
export const FAILURE_CODES = [
  "payload_too_large",
  "buffer_underflow",
  "invalid_protobuf",
  "decompression_failed",
  "schema_mismatch",
  "unknown_decode_error",
  "payload_missing",
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];
