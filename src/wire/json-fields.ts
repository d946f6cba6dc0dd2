// Values in JSON that somebody else wrote: numbers that may come as text, and what to say of a wrong one. Runs in browsers.

/** A number or decimal text from 0 to `max`, which is 2^53-1 unless given; else `null`. */
export function asCount(value: unknown, max: number = Number.MAX_SAFE_INTEGER): number | null {
  const parsed = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof parsed !== "number" || !Number.isSafeInteger(parsed)) return null;
  return parsed >= 0 && parsed <= max ? parsed : null;
}

/** Characters of a wrong value that are shown. */
const SHOWN_LENGTH = 60;

/** `field is "value", expected that`, with the value as JSON and not longer than a line. */
export function wrongField(field: string, value: unknown, expected: string): string {
  const text = JSON.stringify(value) ?? "missing";
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text;
  return `${field} is ${shown}, expected ${expected}`;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
