import { describe, expect, test } from "bun:test";
import { selectorsOf, splitComparison } from "../../src/promql/expr-series.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { treeText } from "./tree-text.ts";

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

describe("the threshold of an expression", () => {
  test.each([
    ["rate(x[5m]) > 0.5", '(call rate (range 300000 {"__name__"="x"})) > 0.5'],
    ["(x <= -5)", '{"__name__"="x"} <= -5'],
    ["0.5 < x", '{"__name__"="x"} > 0.5'],
    ["5 >= (x)", '(paren {"__name__"="x"}) <= 5'],
    ["x == bool 1", '{"__name__"="x"} == 1'],
    ["x > (-(1))", '{"__name__"="x"} > -1'],
    ["x > 1h", '{"__name__"="x"} > 3600'],
  ])("of %s", (text, expected) => {
    const split = splitComparison(parseExpr(text));
    expect(split === null ? null : `${treeText(split.value)} ${split.op} ${split.threshold}`).toBe(expected);
  });

  test.each(["x", "x > y", "x + 1", "x > 1 and y", "x > 1 + 1", "absent(x)"])("is none in %s", (text) => {
    expect(splitComparison(parseExpr(text))).toBeNull();
  });
});
