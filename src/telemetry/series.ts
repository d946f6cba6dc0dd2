// The numbers behind the handles. Counting is an addition to a plain field; a histogram is an array of plain
// numbers (prom-client's own `inc` costs 150 ns and its `observe` 300 ns, these a few).

import { DashstreamError } from "../errors.ts";
import type { Counter, Gauge, Histogram, Labels } from "./metrics.ts";

/** A number to print on a scrape. `suffix` follows the metric's name. */
export interface Sample {
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

/** One observed value, and where more is to be seen about it. */
export interface Exemplar {
  readonly value: number;
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export class CounterSeries implements Counter {
  readonly labels: Labels;
  #total = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get value(): number {
    return this.#total;
  }

  inc(amount = 1): void {
    if (!(amount >= 0)) throw new DashstreamError("invariant", `a counter cannot grow by ${amount}`);
    this.#total += amount;
  }

  samples(): readonly Sample[] {
    return [{ suffix: "", labels: this.labels, value: this.#total }];
  }
}

export class GaugeSeries implements Gauge {
  readonly labels: Labels;
  #current: number;
  #read: (() => number) | null = null;

  constructor(labels: Labels, initial: number) {
    this.labels = labels;
    this.#current = initial;
  }

  get value(): number {
    return this.#read === null ? this.#current : this.#read();
  }

  set(value: number): void {
    if (this.#read !== null)
      throw new DashstreamError("invariant", "a gauge that is read on scrape cannot be set");
    this.#current = value;
  }

  readOnScrape(read: () => number): void {
    this.#read = read;
  }

  samples(): readonly Sample[] {
    return [{ suffix: "", labels: this.labels, value: this.value }];
  }
}

export class HistogramSeries implements Histogram {
  readonly labels: Labels;
  readonly #bounds: readonly number[];
  /** Observations per bucket, not cumulative; the last one is `+Inf`. */
  readonly #counts: number[];
  /** By bucket the last one named; empty for most histograms. */
  readonly #exemplars = new Map<number, Exemplar>();
  #count = 0;
  #sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number, count = 1): void {
    if (!Number.isFinite(value) || !(count >= 0)) {
      throw new DashstreamError("invariant", `a histogram cannot observe ${value} ${count} times`);
    }
    const bucket = this.#bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#count += count;
    this.#sum += value * count;
  }

  exemplify(value: number, traceId: string, atMs: number): void {
    this.#exemplars.set(this.#bucketOf(value), { value, traceId, atMs });
  }

  samples(): readonly Sample[] {
    const samples: Sample[] = [];
    let cumulative = 0;
    this.#counts.forEach((count, bucket) => {
      cumulative += count;
      const le = bucket < this.#bounds.length ? String(this.#bounds[bucket]) : "+Inf";
      const exemplar = this.#exemplars.get(bucket);
      samples.push({
        suffix: "_bucket",
        labels: { ...this.labels, le },
        value: cumulative,
        ...(exemplar === undefined ? {} : { exemplar }),
      });
    });
    samples.push({ suffix: "_sum", labels: this.labels, value: this.#sum });
    samples.push({ suffix: "_count", labels: this.labels, value: this.#count });
    return samples;
  }

  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    return bucket;
  }
}

export type Series = CounterSeries | GaugeSeries | HistogramSeries;
