// A page source over all records of a test, which answers when the test says so; a part of the past may be gone.

import type { PageAnswer, PageSource } from "../../../src/server/replay/page-source.ts";
import type { ReplayRecord } from "../../../src/server/replay/tier.ts";

export class FakePages implements PageSource {
  readonly #records = new Map<number, ReplayRecord[]>();
  readonly #logStarts = new Map<number, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #pageRecords: number;
  requests = 0;

  constructor(pageRecords = 5) {
    this.#pageRecords = pageRecords;
  }

  append(partition: number, offset: number, value: Uint8Array): void {
    const records = this.#records.get(partition) ?? [];
    records.push({ offset, value });
    this.#records.set(partition, records);
  }

  /** Everything below `offset` is gone. */
  trim(partition: number, offset: number): void {
    this.#logStarts.set(partition, offset);
  }

  forget(partition: number): void {
    this.#records.delete(partition);
    this.#logStarts.delete(partition);
  }

  request(
    partition: number,
    offset: number,
    toOffset: number,
    ready: (answer: PageAnswer) => void,
  ): () => void {
    this.requests++;
    let withdrawn = false;
    this.#waiting.push(() => {
      if (!withdrawn) ready(this.answerTo(partition, offset, toOffset));
    });
    return () => {
      withdrawn = true;
    };
  }

  /** Answers what was asked so far; false if nothing was. */
  answer(): boolean {
    const waiting = this.#waiting.splice(0);
    for (const answer of waiting) answer();
    return waiting.length > 0;
  }

  protected answerTo(partition: number, offset: number, toOffset: number): PageAnswer {
    const logStart = this.#logStarts.get(partition) ?? 0;
    if (offset < logStart) return { kind: "missing", nextOffset: logStart };
    const from = Math.max(logStart, offset - (offset % this.#pageRecords));
    const nextOffset = Math.max(offset + 1, Math.min(toOffset, from + this.#pageRecords));
    const records = (this.#records.get(partition) ?? []).filter(
      (record) => record.offset >= from && record.offset < nextOffset,
    );
    const byteCount = records.reduce((sum, { value }) => sum + value.length, 0);
    return { kind: "page", page: { tier: "kafka", fromOffset: from, nextOffset, records, byteCount } };
  }
}

/** No tier has anything. Answers at once when it is settled. */
export class NoPages extends FakePages {
  override append(): void {}

  protected override answerTo(_partition: number, _offset: number, toOffset: number): PageAnswer {
    return { kind: "missing", nextOffset: toOffset };
  }
}
