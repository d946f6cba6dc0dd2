// Series such as exporters have, and such as nobody hopes for: counters with resets, gauges with gaps and staleness markers,
// values that are no numbers, histograms with and without all buckets, info metrics, the same labels under several names.

import { Labels, METRIC_NAME } from "../../../src/promql/labels.ts";
import type { SampleValue } from "../../../src/promql/series-store.ts";
import type { Dice } from "./dice.ts";

export const SCRAPE_INTERVAL_MS = 15_000;
export const SAMPLE_COUNT = 121;
export const END_MS = (SAMPLE_COUNT - 1) * SCRAPE_INTERVAL_MS;

/** `undefined` = no sample at that scrape. */
export interface RandomSeries {
  readonly labels: Labels;
  readonly values: readonly (SampleValue | undefined)[];
}

const JOBS = ["api", "db"] as const;
const INSTANCES = ["a:1", "b:2", "c:3"] as const;
const BOUNDS = ["0.1", "0.5", "1", "2.5", "+Inf"] as const;
const ODD_VALUES = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e300,
  1e-300,
] as const;

export function randomSeries(dice: Dice): readonly RandomSeries[] {
  const series: RandomSeries[] = [];
  const add = (labels: Readonly<Record<string, string>>, values: RandomSeries["values"]) => {
    if (values.some((value) => value !== undefined)) series.push({ labels: Labels.of(labels), values });
  };
  for (const job of JOBS) {
    for (const instance of INSTANCES) {
      const place = { job, instance };
      for (const code of dice.some(["200", "404", "500"], 0.7)) {
        add({ [METRIC_NAME]: "requests_total", ...place, code }, withGaps(dice, counter(dice)));
      }
      add({ [METRIC_NAME]: "temperature", ...place, room: dice.of(["x", "y"]) }, withGaps(dice, gauge(dice)));
      if (dice.chance(0.7)) add({ [METRIC_NAME]: "limit", ...place }, withGaps(dice, steps(dice)));
      add(
        { [METRIC_NAME]: "up", ...place },
        withGaps(
          dice,
          dice.times(SAMPLE_COUNT, () => Number(dice.chance(0.9))),
        ),
      );
      if (dice.chance(0.5)) {
        add({ [METRIC_NAME]: "build_info", ...place, version: dice.of(["1.0", "2.0"]) }, constant(1));
      }
    }
    add({ [METRIC_NAME]: "odd", job }, withGaps(dice, odd(dice)));
    addHistogram(dice, job, add);
  }
  add({ [METRIC_NAME]: "lonely" }, withGaps(dice, gauge(dice)));
  return series.sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1));
}

function addHistogram(
  dice: Dice,
  job: string,
  add: (labels: Readonly<Record<string, string>>, values: RandomSeries["values"]) => void,
): void {
  let cumulative: readonly number[] = constant(0);
  const gaps = gapsOf(dice);
  for (const le of BOUNDS) {
    const rise = counter(dice);
    cumulative = cumulative.map((value, index) => value + (rise[index] ?? 0));
    if (dice.chance(0.95)) add({ [METRIC_NAME]: "latency_bucket", job, le }, gaps(cumulative));
  }
}

function constant(value: number): readonly number[] {
  return Array.from({ length: SAMPLE_COUNT }, () => value);
}

function counter(dice: Dice): readonly number[] {
  const rate = dice.of([0, 1, 7, 100, 0.1]);
  let value = dice.chance(0.5) ? 0 : dice.below(1000);
  return dice.times(SAMPLE_COUNT, () => {
    if (dice.chance(0.02)) value = dice.chance(0.5) ? 0 : dice.below(10);
    value += dice.chance(0.7) ? rate * dice.below(5) : 0;
    return value;
  });
}

function gauge(dice: Dice): readonly number[] {
  const scale = dice.of([1, 0.01, 1e6]);
  let value = (dice.below(200) - 100) * scale;
  return dice.times(SAMPLE_COUNT, () => {
    value += ((dice.below(2001) - 1000) / 100) * scale;
    return value;
  });
}

function steps(dice: Dice): readonly number[] {
  let value = dice.below(5);
  return dice.times(SAMPLE_COUNT, () => {
    if (dice.chance(0.1)) value = dice.below(5);
    return value;
  });
}

function odd(dice: Dice): readonly number[] {
  return dice.times(SAMPLE_COUNT, () => (dice.chance(0.3) ? dice.of(ODD_VALUES) : dice.below(100) / 8));
}

function withGaps(dice: Dice, values: readonly number[]): RandomSeries["values"] {
  return gapsOf(dice)(values);
}

/** Takes samples away: the same ones of each series that it is given. */
function gapsOf(dice: Dice): (values: readonly number[]) => RandomSeries["values"] {
  const missing = new Set<number>();
  const stale = new Set<number>();
  const from = dice.chance(0.3) ? dice.below(SAMPLE_COUNT) : 0;
  const to = dice.chance(0.3) ? dice.below(SAMPLE_COUNT) : SAMPLE_COUNT;
  for (let gap = dice.below(4); gap > 0; gap--) {
    const start = dice.below(SAMPLE_COUNT);
    const length = dice.of([1, 2, 10, 25, 40]);
    if (dice.chance(0.5)) stale.add(start);
    for (let index = start; index < start + length; index++) missing.add(index);
  }
  return (values) =>
    values.map((value, index) => {
      if (index < from || index >= to) return undefined;
      if (stale.has(index)) return null;
      return missing.has(index) ? undefined : value;
    });
}
