import { describe, expect, test } from "bun:test";
import { call, onlyValue, samples, scalar } from "./function-rig.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INFINITY } = Number;

const buckets = (counts: Readonly<Record<string, number>>, labels = {}) =>
  samples(...Object.entries(counts).map(([le, count]) => [{ ...labels, le }, count] as const));

describe("histogram_quantile", () => {
  const quantile = (q: number, counts: Readonly<Record<string, number>>) =>
    onlyValue(call("histogram_quantile", scalar(q), buckets(counts)));
  const counts = { "1": 10, "2": 30, "+Inf": 40 };

  test.each([
    [0.5, counts, 1.5],
    // From zero in the lowest bucket.
    [0.125, counts, 0.5],
    // Beyond the highest bound that bound is given.
    [0.9, counts, 2],
    [1.1, counts, INFINITY],
    [-0.1, counts, -INFINITY],
    [NOT_A_NUMBER, counts, NOT_A_NUMBER],
    [0.5, { "1": 10, "2": 30 }, NOT_A_NUMBER],
    [0.5, { "+Inf": 30 }, NOT_A_NUMBER],
    [0.5, { "1": 0, "+Inf": 0 }, NOT_A_NUMBER],
    // A bound that isn't above zero is given itself.
    [0.1, { "-1": 10, "1": 20, "+Inf": 20 }, -1],
    [0.75, { "-1": 10, "1": 20, "+Inf": 20 }, 0],
    // Bounds that mean the same are added up.
    [0.5, { "1": 5, "1.0": 5, "2": 30, "+Inf": 40 }, 1.5],
    [0.5, { "0x1p0": 10, "2e0": 30, inf: 40 }, 1.5],
  ])("%p of %p", (q, given, expected) => {
    expect(quantile(q, given)).toBe(expected);
  });

  test("keeps series apart by their other labels, in order", () => {
    const both = samples(
      [{ job: "a", le: "1" }, 1],
      [{ job: "b", le: "1" }, 0],
      [{ job: "a", le: "+Inf" }, 1],
      [{ job: "b", le: "+Inf" }, 1],
    );
    expect(call("histogram_quantile", scalar(1), both).result).toEqual({ '{job="a"}': 1, '{job="b"}': 1 });
  });

  test("warns of samples without a bound, and leaves them out", () => {
    const vector = samples(
      [{ __name__: "h", le: "x" }, 1],
      [{ __name__: "h" }, 1],
      [{ __name__: "h", le: "1" }, 1],
      [{ __name__: "h", le: "+Inf" }, 1],
    );
    const { result, warnings } = call("histogram_quantile", scalar(1), vector);
    expect(result).toEqual({ h: 1 });
    expect(warnings).toEqual([
      'PromQL warning: bucket label "le" is missing or has a malformed value of "x" for metric name "h"',
      'PromQL warning: bucket label "le" is missing or has a malformed value of "" for metric name "h"',
    ]);
  });

  test("mends counts that fall, and says so", () => {
    const { result, infos } = call(
      "histogram_quantile",
      scalar(0.5),
      buckets({ "1": 10, "2": 8, "4": 30, "8": 29.5, "+Inf": 40 }),
    );
    expect(result).toEqual({ "{}": 3 });
    expect(infos).toEqual([
      "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
    ]);
  });

  test("takes differences of rounding for none, silently", () => {
    const { result, infos } = call(
      "histogram_quantile",
      scalar(1),
      buckets({ "1": 10, "2": 10 - 1e-12, "4": 10 + 1e-12, "+Inf": 10 }),
    );
    expect(result).toEqual({ "{}": 1 });
    expect(infos).toEqual([]);
  });

  test("warns of what is no quantile", () => {
    expect(call("histogram_quantile", scalar(2), buckets({})).warnings).toEqual([
      "PromQL warning: quantile value should be between 0 and 1, got 2",
    ]);
  });
});

describe("histogram_fraction", () => {
  const counts = { "1": 10, "2": 30, "+Inf": 40 };
  test.each([
    [0, 1, counts, 0.25],
    [0, 1.5, counts, 0.5],
    [1, INFINITY, counts, 0.75],
    [-INFINITY, INFINITY, counts, 1],
    [1.5, 1.5, counts, 0],
    [2, 1, counts, 0],
    // Nothing beyond the highest bound is taken to lie below any value.
    [2, 1000, counts, 0],
    [-5, 0, counts, 0],
    [NOT_A_NUMBER, 1, counts, NOT_A_NUMBER],
    [0, 1, { "1": 10 }, NOT_A_NUMBER],
    [0, 1, { "1": 0, "+Inf": 0 }, NOT_A_NUMBER],
    // Below the lowest bound, where that is negative, nothing can be interpolated.
    [-5, -1, { "-1": 10, "1": 20, "+Inf": 20 }, 0],
    [-INFINITY, -1, { "-1": 10, "1": 20, "+Inf": 20 }, 0.5],
    [-1, 0, { "-1": 10, "1": 20, "+Inf": 20 }, 0.25],
  ])("from %p to %p of %p", (lower, upper, given, expected) => {
    expect(onlyValue(call("histogram_fraction", scalar(lower), scalar(upper), buckets(given)))).toBe(
      expected,
    );
  });
});

test.each(["avg", "count", "stddev", "stdvar", "sum"])(
  "histogram_%s ignores samples that are no native histograms",
  (what) => {
    expect(call(`histogram_${what}`, buckets({ "1": 10, "+Inf": 40 })).result).toEqual({});
  },
);
