import { describe, expect, test } from "bun:test";
import { splitComparison } from "../../src/promql/expr-threshold.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { treeText } from "./tree-text.ts";

describe("the threshold of an expression", () => {
  test.each([
    ["rate(x[5m]) > 0.5", '(call rate (range 300000 {"__name__"="x"})) > 0.5'],
    ["(x <= -5)", '{"__name__"="x"} <= -5'],
    ["0.5 < x", '{"__name__"="x"} > 0.5'],
    ["5 >= (x)", '(paren {"__name__"="x"}) <= 5'],
    ["x == bool 1", '{"__name__"="x"} == 1'],
    ["x > (-(1))", '{"__name__"="x"} > -1'],
    ["x > 1h", '{"__name__"="x"} > 3600'],
    ["x > 24 * 60 * 60", '{"__name__"="x"} > 86400'],
    ["1 + (2 > bool 1) < x", '{"__name__"="x"} > 2'],
  ])("of %s", (text, expected) => {
    const split = splitComparison(parseExpr(text));
    expect(split === null ? null : `${treeText(split.value)} ${split.op} ${split.threshold}`).toBe(expected);
  });

  test.each(["x", "x > y", "x + 1", "x > 1 and y", "x > time()", "x > scalar(y)", "absent(x)"])(
    "is none in %s",
    (text) => {
      expect(splitComparison(parseExpr(text))).toBeNull();
    },
  );
});
