import { describe, expect, test } from "bun:test";
import type { Argument } from "../../../src/promql/functions/function.ts";
import { AT_MS, call, callWith, minutes, onlyValue, samples, scalar } from "./function-rig.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INFINITY } = Number;

const value = (name: string, ...args: readonly Argument[]) => onlyValue(call(name, ...args));

test.each([
  ["avg_over_time", [1, 2, 6], 3],
  ["sum_over_time", [1, 2, 6], 9],
  ["count_over_time", [1, 2, 6], 3],
  ["min_over_time", [4, 1, 6], 1],
  ["max_over_time", [4, 9, 6], 9],
  ["first_over_time", [4, 9, 6], 4],
  ["last_over_time", [4, 9, 6], 6],
  ["present_over_time", [NOT_A_NUMBER], 1],
  ["stdvar_over_time", [1, 2, 3, 4], 1.25],
  ["stddev_over_time", [2, 4, 4, 4, 5, 5, 7, 9], 2],
  ["changes", [1, 1, 2, 2, 3], 2],
  ["resets", [1, 3, 2, 5, 0], 2],
  // NaN counts only where there is nothing else.
  ["min_over_time", [NOT_A_NUMBER, 3, 1], 1],
  ["max_over_time", [2, NOT_A_NUMBER, 1], 2],
  ["max_over_time", [NOT_A_NUMBER], NOT_A_NUMBER],
  ["changes", [NOT_A_NUMBER, NOT_A_NUMBER, 1], 1],
  // What plain addition would lose.
  ["sum_over_time", [1e100, 1, -1e100], 1],
  ["avg_over_time", [1e100, 2, -1e100, 2], 1],
  ["stdvar_over_time", [1e10, 1e10 + 1, 1e10 + 2], 2 / 3],
  // The sum is beyond the range of numbers, the mean is not.
  ["avg_over_time", [Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
  ["sum_over_time", [Number.MAX_VALUE, Number.MAX_VALUE], INFINITY],
  ["avg_over_time", [INFINITY, 1], INFINITY],
  ["avg_over_time", [INFINITY, -INFINITY], NOT_A_NUMBER],
])("%s of %p", (name, values, expected) => {
  const got = value(name, minutes(values));
  if (Number.isFinite(expected)) expect(got).toBeCloseTo(expected, 12);
  else expect(got).toBe(expected);
});

test.each("avg_over_time min_over_time last_over_time quantile_over_time deriv changes resets".split(" "))(
  "%s gives nothing for an empty window",
  (name) => {
    const args = name === "quantile_over_time" ? [scalar(0.5), minutes([])] : [minutes([])];
    expect(value(name, ...args)).toBeNull();
  },
);

test("avg_over_time has the digits of Prometheus where a sum overflows", () => {
  // By the code of v0.316.0, compiled with Go 1.26.
  expect(value("avg_over_time", minutes([1e308, 1e291, 1e308, -1e308, -1e308]))).toBe(2.6948003869184e291);
});

describe("quantile_over_time", () => {
  test.each([
    [0, 1],
    [0.5, 2.5],
    [0.75, 3.25],
    [1, 4],
    [-0.1, -INFINITY],
    [1.1, INFINITY],
    [NOT_A_NUMBER, NOT_A_NUMBER],
  ])("of %p", (q, expected) => {
    expect(value("quantile_over_time", scalar(q), minutes([4, 1, 3, 2]))).toBe(expected);
  });

  test("takes NaN for the smallest value", () => {
    expect(value("quantile_over_time", scalar(0), minutes([4, NOT_A_NUMBER, 3]))).toBeNaN();
    expect(value("quantile_over_time", scalar(1), minutes([4, NOT_A_NUMBER, 3]))).toBe(4);
  });

  test("warns of what is no quantile", () => {
    expect(call("quantile_over_time", scalar(1.5), minutes([1])).warnings).toEqual([
      "PromQL warning: quantile value should be between 0 and 1, got 1.5",
    ]);
    expect(call("quantile_over_time", scalar(1), minutes([1])).warnings).toEqual([]);
  });
});

describe("the straight line through samples", () => {
  test("has a slope a second, and leads on", () => {
    expect(value("deriv", minutes([10, 70, 130]))).toBeCloseTo(1, 12);
    expect(value("predict_linear", minutes([10, 70, 130]), scalar(3600))).toBeCloseTo(130 + 3600, 9);
  });

  test("is fitted to samples that lie off it", () => {
    expect(value("deriv", minutes([0, 60, 0, 60]))).toBeCloseTo(0.2, 12);
  });

  test("counts from the time of the evaluation, not of the samples", () => {
    const got = callWith("predict_linear", {
      args: [minutes([10, 70, 130]), scalar(0)],
      atMs: AT_MS + 60_000,
    });
    expect(onlyValue(got)).toBeCloseTo(190, 9);
  });

  test("is flat for equal samples, and none for infinite ones", () => {
    expect(value("deriv", minutes([5, 5, 5]))).toBe(0);
    // Where the sums would not cancel out.
    const uneven = minutes(new Array(7).fill(0.1), { timesS: [311, 322.7, 347, 399.1, 401, 467.3, 551] });
    expect(value("deriv", uneven)).toBe(0);
    expect(value("predict_linear", minutes([5, 5, 5]), scalar(100))).toBe(5);
    expect(value("deriv", minutes([INFINITY, INFINITY]))).toBeNaN();
  });

  test("needs two samples", () => {
    expect(value("deriv", minutes([5]))).toBeNull();
    expect(value("predict_linear", minutes([5]), scalar(1))).toBeNull();
  });
});

test("the name of the metric is left to the evaluator, and other labels stay", () => {
  const window = minutes([1, 2], { labels: { __name__: "a", job: "b" } });
  expect(call("sum_over_time", window).result).toEqual({ 'a{job="b"}': 3 });
});

test("functions of samples give no remark and one sample each", () => {
  const { result, warnings, infos } = call("abs", samples([{ a: "1" }, -1], [{ a: "2" }, 2]));
  expect(result).toEqual({ '{a="1"}': 1, '{a="2"}': 2 });
  expect([...warnings, ...infos]).toEqual([]);
});
