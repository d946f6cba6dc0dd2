// Series in memory, found by matchers. What a Prometheus server keeps in its head block, without compression.

import { DashstreamError } from "../errors.ts";
import type { Labels } from "./labels.ts";

/** `null` is a staleness marker: the series ended here. NaN is a value like any other. */
export type SampleValue = number | null;

/** Samples of one set of labels, in order of time. The two arrays have the same length. */
export interface Series {
  readonly labels: Labels;
  /** Milliseconds since the Unix epoch, strictly rising. */
  readonly timestampsMs: readonly number[];
  readonly values: readonly SampleValue[];
}

export interface LabelMatcher {
  readonly name: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
  /** Whether a value fits; "" stands for a label that is not there. */
  readonly matches: (value: string) => boolean;
}

/** What an evaluation reads. */
export interface SeriesSource {
  /**
   * The series that all matchers fit, in the order of their labels' keys. Prometheus promises none: it has the order in
   * which series were first scraped, that of labels as soon as a block on disk takes part, and promtool any.
   */
  select(matchers: readonly LabelMatcher[]): readonly Series[];
}

interface StoredSeries extends Series {
  readonly timestampsMs: number[];
  readonly values: SampleValue[];
}

export class SeriesStore implements SeriesSource {
  readonly #series = new Map<string, StoredSeries>();
  readonly #byName = new Map<string, StoredSeries[]>();

  get size(): number {
    return this.#series.size;
  }

  /** All of them, in the order in which they came. */
  all(): Iterable<Series> {
    return this.#series.values();
  }

  /** Those of one metric, in the order in which they came. */
  named(name: string): readonly Series[] {
    return this.#byName.get(name) ?? [];
  }

  get(labels: Labels): Series | undefined {
    return this.#series.get(labels.key);
  }

  /**
   * Adds a sample at the end of its series; one at the time of the last sample replaces it.
   * @throws DashstreamError `invariant` if it is older than the last one
   */
  append(labels: Labels, timestampMs: number, value: SampleValue): void {
    const series = this.#series.get(labels.key) ?? this.#open(labels);
    const { timestampsMs, values } = series;
    const lastMs = timestampsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (timestampMs < lastMs) {
      throw new DashstreamError(
        "invariant",
        `sample of ${labels} at ${timestampMs} ms is older than the last`,
      );
    }
    if (timestampMs === lastMs) values[values.length - 1] = value;
    else {
      timestampsMs.push(timestampMs);
      values.push(value);
    }
  }

  select(matchers: readonly LabelMatcher[]): readonly Series[] {
    const named = matchers.find(({ name, op }) => name === "__name__" && op === "=");
    const candidates = named ? (this.#byName.get(named.value) ?? []) : [...this.#series.values()];
    const others = matchers.filter((matcher) => matcher !== named);
    const found = candidates.filter(({ labels }) =>
      others.every(({ name, matches }) => matches(labels.get(name))),
    );
    return found.sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1));
  }

  #open(labels: Labels): StoredSeries {
    const series: StoredSeries = { labels, timestampsMs: [], values: [] };
    this.#series.set(labels.key, series);
    const sameName = this.#byName.get(labels.name);
    if (sameName) sameName.push(series);
    else this.#byName.set(labels.name, [series]);
    return series;
  }
}
