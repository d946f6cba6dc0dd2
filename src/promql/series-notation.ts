// The notation of series in rule tests and engine tests of Prometheus: a metric and its values at equal distances, as in
// `http_requests_total{job="a"} 0+10x5 _ stale 1 -Inf 7x2 _x3`.

import { DashstreamError } from "../errors.ts";
import { parseGoNumber } from "./go-number.ts";

/** `null` is a staleness marker, `undefined` is no sample at all. */
export type DescribedValue = number | null | undefined;

const NUMBER = String.raw`(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?|(?:inf|nan)(?!\w)`;
/** `a`, `axn` (n more of them), `a+bxn` and `a-bxn` (n more, each so far from the one before). */
const VALUE = new RegExp(`^([+-]?(?:${NUMBER}))(?:([+-])(${NUMBER}))?(?:x(\\d+))?$`, "i");
const GAP = /^_(?:x(\d+))?$/;
/** Most values one item may stand for; a larger number is a slip, and would fill the memory. */
const MAX_REPEATS = 10_000_000;

/** Whether values that follow a metric hold native histograms (`{{schema:0 count:1}}`). */
export function holdsHistograms(values: string): boolean {
  return values.includes("{{");
}

/**
 * The values that follow a metric.
 * @throws DashstreamError `promql_invalid` that names the item; also for native histograms
 */
export function parseSeriesValues(text: string): readonly DescribedValue[] {
  if (holdsHistograms(text)) throw invalid(text.trim(), "native histograms are not supported");
  if (text !== "" && !/^\s/.test(text)) throw invalid(text, "a space is missing before the values");
  return text
    .split(/\s+/)
    .filter((item) => item !== "")
    .flatMap(itemValues);
}

function itemValues(item: string): DescribedValue[] {
  if (item === "stale") return [null];
  const gap = GAP.exec(item);
  if (gap) return new Array<undefined>(repeats(item, gap[1] ?? "1")).fill(undefined);
  const [, start = "", sign, step, count] = VALUE.exec(item) ?? [];
  const first = parseGoNumber(start);
  if (first === null) throw invalid(item, "expected a number, stale or _, as in 1 or 0+10x5");
  if (step === undefined) return new Array<number>(repeats(item, count ?? "0") + 1).fill(first);
  const by = parseGoNumber(step);
  if (by === null || count === undefined) {
    throw invalid(item, `expected a number of repetitions, as in ${item}x5`);
  }
  const values = [first];
  // Added up one by one, as upstream does, for the same rounding.
  for (let left = repeats(item, count), value = first; left > 0; left--) {
    value += sign === "-" ? -by : by;
    values.push(value);
  }
  return values;
}

function repeats(item: string, text: string): number {
  const count = Number(text);
  if (count <= MAX_REPEATS) return count;
  throw invalid(item, `expected at most ${MAX_REPEATS} repetitions`);
}

function invalid(item: string, reason: string): DashstreamError {
  return new DashstreamError("promql_invalid", `series value ${JSON.stringify(item)}: ${reason}`);
}
