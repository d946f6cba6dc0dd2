import { describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { treeText } from "./tree-text.ts";

function outcome(text: string): string {
  try {
    return treeText(parseExpr(text));
  } catch (error) {
    if (error instanceof DashstreamError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe("operators bind as in Prometheus, which the grammar package does not know", () => {
  test.each([
    [
      "a + b[5m:1m]",
      "promql_invalid: 1:5: parse error: binary expression must contain only scalar and instant vector types",
    ],
    ["a ^ b offset 5m", '(^ one-to-one[][] {"__name__"="a"} {"__name__"="b"} offset 300000)'],
    ["a * b @ 10", '(* one-to-one[][] {"__name__"="a"} {"__name__"="b"} @10000)'],
    ["-a @ 10 ^ 2", '(- (^ {"__name__"="a"} @10000 2))'],
    ["a offset -2 ^ 2", '(^ {"__name__"="a"} offset -2000 2)'],
    ["2 ^ -3 * 2", "(* (^ 2 -3) 2)"],
  ])("%s", (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });
});

describe("tokens that stand side by side stay apart", () => {
  test.each(["1m.5", "1: * 1", "Inf.5", "x[5m.5s]", "sum(su.33m)"])("%s is refused", (text) => {
    expect(outcome(text)).toMatch(/^promql_(invalid|unsupported)/);
  });

  test("where they belong together they are read", () => {
    expect(outcome("1 atan2.5")).toBe("(atan2 1 0.5)");
    expect(outcome("5m-.5")).toBe("(- 300 0.5)");
  });
});

describe("mistakes in tokens", () => {
  test.each([
    ["x[5m:5m:5m]", "1:8: parse error: unexpected repeated colon in duration expression"],
    ['"\\ud800"', "1:1: parse error: escape sequence is an invalid Unicode code point"],
    ['"\\q"', "1:1: parse error: unknown escape sequence U+0071 'q'"],
    ["'a", "1:1: parse error: unterminated quoted string"],
    ["0x", '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "0x": invalid syntax'],
    ["5mm", '1:1: parse error: bad number or duration syntax: "5mm"'],
    ["a b $", '1:3: parse error: unexpected identifier "b"'],
    ["a $", "1:3: parse error: unexpected character: '$'"],
  ])("%s", (text, expected) => {
    expect(outcome(text)).toBe(`promql_invalid: ${expected}`);
  });
});

describe("words", () => {
  test.each([
    ["offset offset 5m", '{"__name__"="offset"} offset 300000'],
    ["and and and", '(and many-to-many[][] {"__name__"="and"} {"__name__"="and"})'],
    ["a + on(x) offset", '(+ one-to-one on["x"][] {"__name__"="a"} {"__name__"="offset"})'],
    [
      "(a) offset 5m",
      "promql_invalid: 1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
    ],
    ["rate + sum", '(+ one-to-one[][] {"__name__"="rate"} {"__name__"="sum"})'],
    ["SUM BY (on, bool) (x)", '(sum["on","bool"] {"__name__"="x"})'],
    [
      "sum by (without) (x)",
      "promql_invalid: 1:9: parse error: unexpected without in grouping opts, expected label",
    ],
    ["f(x)", 'promql_invalid: 1:1: parse error: unknown function with name "f"'],
    ["Rate(x[5m])", 'promql_invalid: 1:1: parse error: unknown function with name "Rate"'],
  ])("%s", (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });
});

describe("what is not supported is named", () => {
  test.each([
    ["info(x)", '1:1: function "info" is experimental and not supported'],
    ["min_of(1, 2)", '1:1: function "min_of" is experimental and not supported'],
    ["a + fill(0) b", "1:5: fill modifiers of binary operators are experimental and not supported"],
    ["a </ b", "1:3: operator </ works on native histograms, which are not supported"],
    ["größe", "1:3: unquoted names with letters of other scripts or dots are experimental and not supported"],
    [
      "a offset (5m) * 2",
      "1:10: arithmetic right after an offset in parentheses is not supported; put parentheses round all of the offset, or round the selector",
    ],
  ])("%s", (text, expected) => {
    expect(outcome(text)).toBe(`promql_unsupported: ${expected}`);
  });
});

describe("expressions of any size end in an answer", () => {
  test.each([
    ["parentheses", `${"(".repeat(100_000)}1${")".repeat(100_000)}`, "nested more than 500 levels deep"],
    ["open parentheses", "(".repeat(100_000), "unclosed left parenthesis|nested more"],
    ["signs", `${"-".repeat(100_000)}1`, "more than 300 operators"],
    ["operators", Array(100_000).fill("a").join(" or "), "more than 300 operators"],
    ["powers", Array(100_000).fill("a").join(" ^ "), "more than 300 operators"],
    ["subqueries", `a${"[5m:]".repeat(5_000)}`, "more than 300 operators"],
  ])("%s", (_, text, reason) => {
    expect(outcome(text)).toMatch(new RegExp(`^promql_invalid: .*(${reason})`));
  });

  test("a chain that the grammar package breaks off is not called an error of the text alone", () => {
    const chain = Array(250).fill('sum by (a) (b{c=~"d|e"})').join(" or ");
    expect(outcome(chain)).toMatch(/^promql_invalid: .*or too many operators: 249$/);
  });

  test("up to the limits they are parsed", () => {
    expect(outcome(`${"(".repeat(490)}1${")".repeat(490)}`)).toMatch(/^\(paren/);
    expect(outcome(Array(150).fill('sum by (a, b, c) (rate(d{e=~"f|g", h="i"}[5m]))').join(" or "))).toMatch(
      /^\(or/,
    );
    expect(outcome(Array(300).fill("a").join(" ^ "))).toMatch(/^\(\^/);
  });
});
