import { describe, expect, test } from "bun:test";
import { parseSeriesDescription } from "../support/described-series.ts";

const { NEGATIVE_INFINITY, POSITIVE_INFINITY, NaN: NOT_A_NUMBER } = Number;

const values = (text: string) => parseSeriesDescription(`a ${text}`).values;
const labels = (text: string) => parseSeriesDescription(text).labels.toObject();

describe("values", () => {
  test.each([
    ["1 2 3", [1, 2, 3]],
    ["1 -1 +4 -.5 1e3 1e-3", [1, -1, 4, -0.5, 1000, 0.001]],
    ["3-10x4", [3, -7, -17, -27, -37]],
    ["-2+3x2", [-2, 1, 4]],
    ["3-0x2", [3, 3, 3]],
    ["1x0", [1]],
    ["1x2", [1, 1, 1]],
    ["1+1x0", [1]],
    ["1 _ 5 _x2 7", [1, undefined, 5, undefined, undefined, 7]],
    ["1 stale 2", [1, null, 2]],
    [
      "Inf -Inf +inf NaN nan",
      [POSITIVE_INFINITY, NEGATIVE_INFINITY, POSITIVE_INFINITY, NOT_A_NUMBER, NOT_A_NUMBER],
    ],
    // Whole numbers with a leading zero are octal, as in Go.
    ["010 1_000", [8, 1000]],
    ["0x10", new Array(11).fill(0)],
    ["  1\t2  ", [1, 2]],
    ["", []],
  ])("of %p", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test("are added up, so that they are rounded as upstream", () => {
    expect(values("0.1+0.1x2").at(-1)).toBe(0.1 + 0.1 + 0.1);
  });

  test.each([
    "1+1",
    "-3-3",
    "_a4",
    "_-2",
    "3+3x4-4",
    "x5",
    "stalex3",
    "Infx3",
    "1..2",
    "1x-1",
    "1x99999999999",
  ])("are refused in %p, which is named", (item) => {
    expect(() => values(`1 ${item} 2`)).toThrow(`series value "${item}": expected`);
  });

  test("of native histograms are refused by name", () => {
    expect(() => values("{{schema:0 count:1}}")).toThrow("native histograms are not supported");
  });
});

describe("the metric", () => {
  test.each([
    ["up", { __name__: "up" }],
    ["up{}", { __name__: "up" }],
    ["{}", {}],
    ['job:up:sum{a="b", c = "d",}', { __name__: "job:up:sum", a: "b", c: "d" }],
    ['{a="b"}', { a: "b" }],
    ['{"http.requests", "service.name"="x"}', { __name__: "http.requests", "service.name": "x" }],
    ["a{b='it\\'s', c=`\\n`}", { __name__: "a", b: "it's", c: "\\n" }],
    ['a{b="\\u70ac \\x41\\101\\n\\U0001F600"}', { __name__: "a", b: "炬 AA\n😀" }],
    ['a{b="} {{"}', { __name__: "a", b: "} {{" }],
    ['a{b=""}', { __name__: "a" }],
  ])("%p is read", (text, expected) => {
    expect(labels(`${text} 1`)).toEqual(expected as Record<string, string>);
    expect(parseSeriesDescription(`${text} 1 2`).values).toEqual([1, 2]);
  });

  test.each([
    ["", "expected a metric"],
    ["1 2", "expected a metric"],
    ["a{b} 1", "expected = after the label b"],
    ["a{b=c} 1", "expected a quoted value of b"],
    ['a{b="c" d="e"} 1', "expected , or }"],
    ['a{b="c", b="d"} 1', "the label b is given twice"],
    ['a{"b"} 1', "the label __name__ is given twice"],
    ['a{b="\\q"} 1', "unknown escape sequence"],
    ['a{b="c" 1', "expected , or }"],
    ['a{b="c"}1', "a space is missing"],
    ['{"a"=, x="y"} 1', "expected a quoted value of a"],
  ])("%p is refused", (text, reason) => {
    expect(() => parseSeriesDescription(text)).toThrow(reason);
  });
});
