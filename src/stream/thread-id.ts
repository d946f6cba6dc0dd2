// Bounds what a producer may put into our memory and labels of logs: a thread id of any length becomes one of
// at most 256 bytes, the same every time, and different ids stay different.

import { createHash } from "node:crypto";

const MAX_BYTES = 256;
const KEPT_BYTES = 236;
/** UTF-8 needs at most three bytes for a UTF-16 unit, so an id of so few units always fits. */
const SURELY_FITS_UNITS = Math.floor(MAX_BYTES / 3);
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * The id under which a thread is tracked: trimmed; if it is longer than 256 bytes of UTF-8, its first bytes
 * (at most 236, never half a character), `...` and 16 hex digits of its SHA-256. Empty = unsequenced.
 */
export function boundThreadId(id: string): string {
  return shortenId(isTrimmed(id) ? id : id.trim());
}

/** An id of any kind, shortened in the same way and not trimmed. */
export function shortenId(id: string): string {
  if (id.length <= SURELY_FITS_UNITS) return id;
  const bytes = Buffer.from(id, "utf8");
  if (bytes.length <= MAX_BYTES) return id;
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return `${bytes.toString("utf8", 0, characterBoundary(bytes, KEPT_BYTES))}...${digest}`;
}

/** Whether both ends are plain visible ASCII, which `trim` leaves alone. Saves its cost for nearly every id. */
function isTrimmed(id: string): boolean {
  const first = id.charCodeAt(0);
  const last = id.charCodeAt(id.length - 1);
  return first > SPACE && first < DELETE && last > SPACE && last < DELETE;
}

/** The last start of a character at or before `limit`; continuation bytes of UTF-8 look like 10xxxxxx. */
function characterBoundary(bytes: Buffer, limit: number): number {
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
