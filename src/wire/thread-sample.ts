// Which threads are in a sample: decided by a hash of the thread id, so that a thread is in or out as a whole, on every
// server and in every run, and a smaller sample is part of each larger one. Runs in browsers.

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const TWO_POW_32 = 0x1_0000_0000;

const encoder = new TextEncoder();

/** FNV-1a of Fowler, Noll and Vo with 32 bits, of the UTF-8 bytes of a text. Unsigned. */
export function fnv1a32(text: string): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return hashBytes(encoder.encode(text));
    hash = Math.imul(hash ^ unit, PRIME);
  }
  return hash >>> 0;
}

function hashBytes(bytes: Uint8Array): number {
  let hash = OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}

/** Whether a thread is in a sample of this share of all threads, 0 (none) to 1 (all). */
export function inSample(threadId: string, share: number): boolean {
  return fnv1a32(threadId) / TWO_POW_32 < share;
}
