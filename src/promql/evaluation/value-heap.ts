// The heap by which `topk` and `bottomk` keep the samples that count. It is Go's `container/heap` with Prometheus' order, so
// that ties and NaN come out the same.

import type { Sample } from "./sample.ts";

/** Whether a value is less worth keeping than another. NaN always is, also than NaN. */
type IsLess = (a: number, b: number) => boolean;

/** Up to this length Go sorts by insertion, which keeps the order of ties. */
const INSERTION_SORT_LENGTH = 12;

export class ValueHeap {
  readonly #items: Sample[] = [];
  readonly #isLess: IsLess;

  /** @param keeps "largest" for `topk`, "smallest" for `bottomk` */
  constructor(keeps: "largest" | "smallest") {
    this.#isLess =
      keeps === "largest" ? (a, b) => Number.isNaN(a) || a < b : (a, b) => Number.isNaN(a) || a > b;
  }

  get length(): number {
    return this.#items.length;
  }

  push(sample: Sample): void {
    this.#items.push(sample);
    let at = this.#items.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the place of the sample least worth keeping if it is worth more. */
  offer(sample: Sample): void {
    const least = this.#value(0);
    const isWorthMore = Number.isNaN(least) ? !Number.isNaN(sample.value) : this.#isMore(sample.value, least);
    if (!isWorthMore) return;
    this.#items[0] = sample;
    this.#sinkFirst();
  }

  /** Most worth keeping first. */
  sorted(): readonly Sample[] {
    const items = [...this.#items];
    if (items.length > INSERTION_SORT_LENGTH) {
      return items.sort(
        (a, b) => Number(this.#isLess(a.value, b.value)) - Number(this.#isLess(b.value, a.value)),
      );
    }
    for (let i = 1; i < items.length; i++) {
      for (let j = i; j > 0; j--) {
        const [before, after] = [items[j - 1], items[j]];
        if (before === undefined || after === undefined) break;
        if (!this.#isLess(before.value, after.value)) break;
        items[j - 1] = after;
        items[j] = before;
      }
    }
    return items;
  }

  /** In the order of the heap. */
  unsorted(): readonly Sample[] {
    return this.#items;
  }

  #isMore(value: number, least: number): boolean {
    return !Number.isNaN(value) && value !== least && this.#isLess(least, value);
  }

  #sinkFirst(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#less(right, left) ? right : left;
      if (!this.#less(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #value(index: number): number {
    return this.#items[index]?.value ?? Number.NaN;
  }

  #less(a: number, b: number): boolean {
    return this.#isLess(this.#value(a), this.#value(b));
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#items[a], this.#items[b]];
    if (first === undefined || second === undefined) return;
    this.#items[a] = second;
    this.#items[b] = first;
  }
}
