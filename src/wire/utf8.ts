// UTF-8 as protobuf demands it of `string` fields, and short strings without an allocation per record.

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes valid UTF-8; a leading byte order mark is kept, as protobuf keeps it. */
function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return start === end ? "" : decoder.decode(bytes.subarray(start, end));
}

/** Position of the first byte that is not part of well-formed UTF-8 (Unicode table 3-7), or -1. */
export function invalidUtf8At(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > end) return at;
    const second = bytes[at + 1] as number;
    // Overlong forms, surrogates and code points above U+10FFFF show in the second byte.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let i = 2; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}

/** Longer strings are not kept: ids that repeat are short. */
const MAX_KEPT_BYTES = 64;
/** A power of two. 8,192 slots of 64 bytes are 512 KiB, with the strings about 1.5 MB at most. */
const SLOTS = 8192;

/**
 * Gives the same string object for the same bytes, from a direct-mapped cache: an id that comes with every
 * record of a thread is decoded and checked once. Two ids that share a slot evict each other; that costs time,
 * never correctness.
 */
export class StringCache {
  readonly #strings: string[] = new Array<string>(SLOTS).fill("");
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #bytes = new Uint8Array(SLOTS * MAX_KEPT_BYTES);

  /** The string of these bytes, or `null` if they are not valid UTF-8. */
  get(bytes: Uint8Array, start: number, end: number): string | null {
    const length = end - start;
    if (length === 0) return "";
    if (length > MAX_KEPT_BYTES) return decodeChecked(bytes, start, end);
    const slot = slotOf(bytes, start, end);
    if (this.#holds(slot, bytes, start, length)) return this.#strings[slot] as string;
    const text = decodeChecked(bytes, start, end);
    if (text === null) return null;
    this.#strings[slot] = text;
    this.#lengths[slot] = length;
    this.#bytes.set(bytes.subarray(start, end), slot * MAX_KEPT_BYTES);
    return text;
  }

  #holds(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const kept = this.#bytes;
    const base = slot * MAX_KEPT_BYTES;
    for (let i = 0; i < length; i++) if (kept[base + i] !== bytes[start + i]) return false;
    return true;
  }
}

function decodeChecked(bytes: Uint8Array, start: number, end: number): string | null {
  return invalidUtf8At(bytes, start, end) < 0 ? decodeUtf8(bytes, start, end) : null;
}

/** Hashes the last 8 and the first 4 bytes only: that is where ids of one kind differ. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  const tail = Math.max(start, end - 8);
  const head = Math.min(start + 4, tail);
  for (let i = tail; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  for (let i = start; i < head; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return (hash ^ (hash >>> 13)) & (SLOTS - 1);
}
