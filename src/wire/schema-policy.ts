// Which schema versions a reader accepts. The texts are those that existing tools search for.

/** `exact`: only the expected version. `forward`: also newer ones. `backward`: also older ones. */
export type SchemaPolicy = "exact" | "forward" | "backward";

/** The version that producers write today. */
export const CURRENT_SCHEMA_VERSION = 1;

/** What a service speaks, in the words that operators look for in its log. */
export const PROTOCOL_TEXT = `protobuf version 3, schema version ${CURRENT_SCHEMA_VERSION}`;

/** Why `version` is not accepted, or `null` if it is. 0 (absent on the wire) counts as 1. */
export function rejectSchemaVersion(policy: SchemaPolicy, expected: number, version: number): string | null {
  const actual = version === 0 ? 1 : version;
  if (actual === expected) return null;
  switch (policy) {
    case "exact":
      return `Schema version mismatch: expected v${expected}, got v${actual}`;
    case "forward":
      return actual > expected ? null : `Schema version too old: expected >= v${expected}, got v${actual}`;
    case "backward":
      return actual < expected ? null : `Schema version too new: expected <= v${expected}, got v${actual}`;
  }
}
