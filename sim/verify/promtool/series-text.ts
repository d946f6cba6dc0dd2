// Recorded series in the notation of rule tests: a metric, and its values at equal distances.

import { DashstreamError } from "../../../src/errors.ts";
import { type Labels, METRIC_NAME } from "../../../src/promql/labels.ts";
import type { SampleValue, Series } from "../../../src/promql/series-store.ts";

/** Times at which there may be samples. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
}

/** Names that need no quotes. */
const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** `name{label="value"}`; unusual names in quotes, as Prometheus 3 takes them. */
export function metricText(labels: Labels): string {
  const isPlain = PLAIN_METRIC.test(labels.name);
  const matchers = labels.entries
    .filter(([name]) => !isPlain || name !== METRIC_NAME)
    .map(
      ([name, value]) => `${PLAIN_LABEL.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`,
    );
  return `${isPlain ? labels.name : ""}{${matchers.join(",")}}`;
}

/**
 * All values of a series: `_` where there is no sample, `stale` for a staleness marker, repetitions as `1x4`.
 * @throws DashstreamError `invariant` for a sample that is not on the grid
 */
export function valuesText({ labels, timestampsMs, values }: Series, { startMs, stepMs }: Grid): string {
  const items = new Repetitions();
  let next = 0;
  for (const [index, timestampMs] of timestampsMs.entries()) {
    const place = (timestampMs - startMs) / stepMs;
    if (!Number.isInteger(place) || place < next) {
      throw new DashstreamError("invariant", `a sample of ${labels} is not at a scrape: ${timestampMs} ms`);
    }
    items.add("_", place - next);
    items.add(valueText(values[index] ?? null), 1);
    next = place + 1;
  }
  return items.text();
}

/** The exact number; an exponent has no plus sign, which would be an addition. */
function valueText(value: SampleValue): string {
  if (value === null) return "stale";
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value).replace("e+", "e") : String(value).replace("inity", "");
}

const ENDS_IN_DIGIT = /\d$/;

class Repetitions {
  readonly #items: string[] = [];
  #item = "";
  #count = 0;

  add(item: string, count: number): void {
    if (count === 0) return;
    if (item !== this.#item) this.#flush();
    this.#item = item;
    this.#count += count;
  }

  text(): string {
    this.#flush();
    return this.#items.join(" ");
  }

  /** `_x4` is four gaps, `1x4` is five ones; words cannot be repeated. */
  #flush(): void {
    const [item, count] = [this.#item, this.#count];
    this.#count = 0;
    if (count > 1 && item === "_") this.#items.push(`_x${count}`);
    else if (count > 1 && ENDS_IN_DIGIT.test(item)) this.#items.push(`${item}x${count - 1}`);
    else for (let left = count; left > 0; left--) this.#items.push(item);
  }
}
