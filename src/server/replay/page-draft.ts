// A page of replay that is being put together. Values are copied in, because they are views of what was fetched, and
// a page may live long. It is full before judging its records takes noticeable time or its values noticeable room.

import type { ReplayPage, ReplayRecord, TierName } from "./tier.ts";

/** Records looked at, delivered or not. */
const MAX_RECORDS = 1024;
/** Bytes of values; a single larger value has a page of its own. */
const MAX_BYTES = 512 * 1024;
/** Bytes that judging has unfolded; compressed values may be small and their messages large. */
const MAX_JUDGED_BYTES = 4 * 1024 * 1024;

export class PageDraft {
  readonly fromOffset: number;
  readonly #records: ReplayRecord[] = [];
  #byteCount = 0;
  #passedCount = 0;
  #judgedBytes = 0;
  #refused = false;

  constructor(fromOffset: number) {
    this.fromOffset = fromOffset;
  }

  get isFull(): boolean {
    return (
      this.#refused ||
      this.#passedCount >= MAX_RECORDS ||
      this.#byteCount >= MAX_BYTES ||
      this.#judgedBytes >= MAX_JUDGED_BYTES
    );
  }

  /** A record that is a hole. Always has room. */
  pass(judgedBytes: number): true {
    this.#passedCount++;
    this.#judgedBytes += judgedBytes;
    return true;
  }

  /** False if the value has no room; then the page is full and ends before it. */
  add(offset: number, value: Uint8Array, judgedBytes: number): boolean {
    this.#refused = this.#records.length > 0 && this.#byteCount + value.length > MAX_BYTES;
    if (this.#refused) return false;
    this.pass(judgedBytes);
    this.#records.push({ offset, value: new Uint8Array(value) });
    this.#byteCount += value.length;
    return true;
  }

  finish(tier: TierName, nextOffset: number): ReplayPage {
    return {
      tier,
      fromOffset: this.fromOffset,
      nextOffset,
      records: this.#records,
      byteCount: this.#byteCount,
    };
  }
}
