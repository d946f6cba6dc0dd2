import { describe, expect, test } from "bun:test";
import { metricOf, selectorsOf } from "../../src/promql/expr-series.ts";
import { parseExpr } from "../../src/promql/parse.ts";

describe("the selectors of an expression", () => {
  test("are all of them, wherever they stand", () => {
    const expr = parseExpr(
      'topk(scalar(k), -(a)) + on() rate(b[5m]) > bool max_over_time(c[5m:1m]) unless absent(d{x="y"}) or vector(1)',
    );
    expect(
      selectorsOf(expr)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["a", "b", "c", "d", "k"]);
  });

  test("are none in an expression of numbers", () => {
    expect(selectorsOf(parseExpr("1 + time()"))).toEqual([]);
  });
});

test.each([
  ['a{x="y"}', "a"],
  ['{__name__="a", x="y"}', "a"],
  ['{__name__=~"a|b"}', ""],
  ['{x="y"}', ""],
])("the metric of %s is %j", (text, metric) => {
  expect(selectorsOf(parseExpr(text)).map(metricOf)).toEqual([metric]);
});
