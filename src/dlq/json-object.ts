// Values out of JSON that somebody else wrote: each is taken only if it has the type that is meant.

/** An object out of JSON, whose values can be anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

const OPENING_BRACE = 0x7b;

/** The object that `value` is, or holds as JSON in UTF-8; `null` for anything else. */
export function asObject(value: unknown): JsonObject | null {
  const parsed = Buffer.isBuffer(value) ? parse(value) : value;
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? (parsed as JsonObject)
    : null;
}

function parse(value: Buffer): unknown {
  if (value[0] !== OPENING_BRACE) return null;
  try {
    return JSON.parse(value.toString("utf8"));
  } catch {
    return null;
  }
}

/** The text that `value` is; `null` for anything else. */
export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The whole number that `value` is, if it is exact; `null` for anything else. */
export function integer(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}
