import { describe, expect, test } from "bun:test";
import type { Expr } from "../../../src/promql/ast.ts";
import type { Argument } from "../../../src/promql/functions/function.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import { AT_MS, call, callWith, minutes, onlyValue, samples, scalar, text } from "./function-rig.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INFINITY } = Number;

const of = (name: string, value: number, ...args: readonly Argument[]) =>
  onlyValue(call(name, samples([{}, value]), ...args));

describe("arithmetic", () => {
  test.each([
    ["abs", -2, 2],
    ["ceil", 1.2, 2],
    ["floor", -1.2, -2],
    ["sgn", -5, -1],
    ["sgn", 0, 0],
    ["sgn", NOT_A_NUMBER, NOT_A_NUMBER],
    ["sqrt", -1, NOT_A_NUMBER],
    ["exp", 0, 1],
    ["ln", 0, -INFINITY],
    ["log2", 8, 3],
    ["log10", 1000, 3],
    ["deg", Math.PI, 180],
    ["rad", 180, Math.PI],
    ["acosh", 1, 0],
    ["tanh", INFINITY, 1],
  ])("%s(%p)", (name, value, expected) => {
    expect(of(name, value)).toBe(expected);
  });

  test.each([
    [[], 2.5, 3],
    [[], -2.5, -2],
    [[0.1], 1.25, 1.3],
    [[0.1], 0.31, 0.3],
    [[], 0.49999999999999994, 1],
    [[5], 12, 10],
    [[5], 12.5, 15],
    [[0], 1, NOT_A_NUMBER],
  ])("round to %p of %p", (nearest, value, expected) => {
    expect(of("round", value, ...nearest.map(scalar))).toBe(expected);
  });

  test("bounds", () => {
    expect(of("clamp", 15, scalar(0), scalar(10))).toBe(10);
    expect(of("clamp", -15, scalar(0), scalar(10))).toBe(0);
    expect(of("clamp_min", -15, scalar(0))).toBe(0);
    expect(of("clamp_max", 15, scalar(10))).toBe(10);
    expect(of("clamp", 15, scalar(10), scalar(0))).toBeNull();
    expect(of("clamp", NOT_A_NUMBER, scalar(0), scalar(1))).toBeNaN();
    expect(of("clamp", 5, scalar(NOT_A_NUMBER), scalar(10))).toBeNaN();
  });

  test("an infinite bound wins over NaN, as in Go", () => {
    expect(of("clamp_min", NOT_A_NUMBER, scalar(INFINITY))).toBe(INFINITY);
    expect(of("clamp_max", NOT_A_NUMBER, scalar(-INFINITY))).toBe(-INFINITY);
  });
});

describe("scalars and times", () => {
  test("scalar wants exactly one sample", () => {
    expect(call("scalar", samples([{ a: "b" }, 7])).result).toBe(7);
    expect(call("scalar", samples()).result).toBeNaN();
    expect(call("scalar", samples([{ a: "b" }, 7], [{}, 7])).result).toBeNaN();
  });

  test("vector, time, pi and timestamp", () => {
    expect(call("vector", scalar(7)).result).toEqual({ "{}": 7 });
    expect(call("time").result).toBe(AT_MS / 1000);
    expect(call("pi").result).toBe(Math.PI);
    const vector = samples([{ a: "b" }, 7]);
    const late: Argument =
      vector.kind === "vector"
        ? { ...vector, samples: vector.samples.map((sample) => ({ ...sample, timestampMs: 12_500 })) }
        : vector;
    expect(call("timestamp", late).result).toEqual({ '{a="b"}': 12.5 });
  });
});

describe("dates", () => {
  const date = (value: number) =>
    ["year", "month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "days_in_month"].map(
      (name) => of(name, value),
    );

  test.each([
    [0, [1970, 1, 1, 4, 1, 0, 0, 31]],
    [1_709_210_096.9, [2024, 2, 29, 4, 60, 12, 34, 29]],
    [1_735_689_599, [2024, 12, 31, 2, 366, 23, 59, 31]],
    [1_677_628_799, [2023, 2, 28, 2, 59, 23, 59, 28]],
    [1_677_628_800, [2023, 3, 1, 3, 60, 0, 0, 31]],
    [4_107_542_399, [2100, 2, 28, 0, 59, 23, 59, 28]],
    [4_107_542_400, [2100, 3, 1, 1, 60, 0, 0, 31]],
    [-1, [1969, 12, 31, 3, 365, 23, 59, 31]],
    [-0.9, [1970, 1, 1, 4, 1, 0, 0, 31]],
    [-62_135_596_801, [0, 12, 31, 0, 366, 23, 59, 31]],
    [-1e13, [-314_918, 8, 13, 0, 225, 6, 13, 31]],
    [1e15, [31_690_708, 7, 5, 0, 187, 1, 46, 31]],
    // As Go has them, whose clock ends there.
    [9e18, [285_198_648_531, 4, 21, 6, 111, 16, 0, 30]],
    [-9e18, [-285_198_644_592, 9, 12, 1, 256, 8, 0, 30]],
    [NOT_A_NUMBER, [292_277_026_596, 12, 4, 0, 339, 15, 30, 31]],
    [INFINITY, [292_277_026_596, 12, 4, 0, 339, 15, 30, 31]],
    [-1e300, [292_277_026_596, 12, 4, 0, 339, 15, 30, 31]],
  ])("of %p seconds", (seconds, expected) => {
    expect(date(seconds)).toEqual(expected);
  });

  test("are those of every day of 30 years", () => {
    for (let day = 9000; day < 20_000; day++) {
      const known = new Date(day * 86_400_000);
      const [year, month, dayOfMonth, weekday] = date(day * 86_400);
      expect([year, month, dayOfMonth, weekday]).toEqual([
        known.getUTCFullYear(),
        known.getUTCMonth() + 1,
        known.getUTCDate(),
        known.getUTCDay(),
      ]);
    }
  });

  test("are those of the evaluation without an argument", () => {
    expect(call("minute").result).toEqual({ "{}": 10 });
  });
});

describe("sorting", () => {
  const vector = samples([{ a: "1" }, 3], [{ a: "2" }, NOT_A_NUMBER], [{ a: "3" }, 1], [{ a: "4" }, 3]);
  const order = (name: string) => call(name, vector).order.map((labels) => labels.replace(/\D/g, ""));

  test("is by value, NaN last either way, equal ones in their order", () => {
    expect(order("sort")).toEqual(["3", "1", "4", "2"]);
    expect(order("sort_desc")).toEqual(["1", "4", "3", "2"]);
  });

  test("turns several NaN round, as upstream", () => {
    const several = samples([{ a: "1" }, NOT_A_NUMBER], [{ a: "2" }, 1], [{ a: "3" }, NOT_A_NUMBER]);
    expect(call("sort", several).order).toEqual(['{a="2"}', '{a="3"}', '{a="1"}']);
  });
});

describe("absence", () => {
  const absent = (name: string, expr: string, args: readonly Argument[]) => {
    const [arg]: readonly Expr[] = [parseExpr(expr)];
    return callWith(name, { args, exprs: arg ? [arg] : [] }).result;
  };

  test.each([
    ['up{job="a", instance=~"b"}', '{job="a"}'],
    ["up", "{}"],
    ['{job="a", job="b", x="y"}', '{x="y"}'],
    ['{job="a", job!="b", x="y"}', '{x="y"}'],
    ['sum(up{job="a"})', "{}"],
    ['up{__type__="counter", job="a"}', '{job="a"}'],
  ])("of %p has the labels %p", (expr, labels) => {
    expect(absent("absent", expr, [samples()])).toEqual({ [labels]: 1 });
  });

  test("of a range has the labels of its selector", () => {
    const empty: Argument = { kind: "matrix", windows: [], startMs: 0, endMs: 1 };
    expect(absent("absent_over_time", 'up{job="a"}[5m]', [empty])).toEqual({ '{job="a"}': 1 });
    expect(absent("absent_over_time", 'sum(up{job="a"})[5m:]', [empty])).toEqual({ "{}": 1 });
  });

  test("gives nothing where something is", () => {
    expect(absent("absent", "up", [samples([{}, 0])])).toEqual({});
    expect(absent("absent_over_time", "up[5m]", [minutes([0])])).toEqual({});
  });
});

describe("label_replace", () => {
  const replaced = (labels: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    Object.keys(call("label_replace", samples([labels, 1]), ...args.map(text)).result);

  test.each([
    ["dst", "$1-$2", "src", "(.*)-(.*)", '{dst="a-b", src="a-b"}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of Go.
    ["dst", "${1}x$1x", "src", "(a).*", '{dst="ax", src="a-b"}'],
    ["dst", "$name$$", "src", "(?P<name>a).*", '{dst="a$", src="a-b"}'],
    ["dst", "$3$", "src", "a-b", '{dst="$", src="a-b"}'],
    ["src", "", "src", "a.*", "{}"],
    ["dst", "x", "missing", "", '{dst="x", src="a-b"}'],
    // The whole value has to fit.
    ["dst", "x", "src", "a", '{src="a-b"}'],
    ["dst", "x", "src", "a|b", '{src="a-b"}'],
    ["__name__", "up", "src", ".*", 'up{src="a-b"}'],
    ["with space", "x", "src", ".*", '{src="a-b", with space="x"}'],
  ])("to %p of %p from %p by %p", (target, template, source, regex, expected) => {
    expect(replaced({ src: "a-b" }, target, template, source, regex)).toEqual([expected]);
  });

  test("a dot stands for a line feed too", () => {
    expect(replaced({ src: "a\nb" }, "dst", "$1", "src", "a(.)b")).toEqual(['{dst="\\n", src="a\\nb"}']);
  });

  test("refuses what is no regular expression of RE2, and no name", () => {
    expect(() => replaced({}, "dst", "x", "src", "(")).toThrow(
      "invalid regular expression in label_replace(): (",
    );
    expect(() => replaced({}, "dst", "x", "src", "(?=a)")).toThrow("invalid regular expression");
    expect(() => replaced({}, "", "x", "src", "a")).toThrow(
      "invalid destination label name in label_replace()",
    );
  });
});

describe("label_join", () => {
  const joined = (...args: readonly string[]) =>
    Object.keys(call("label_join", samples([{ a: "1", b: "2" }, 1]), ...args.map(text)).result);

  test("joins values, with those that are missing empty", () => {
    expect(joined("c", "-", "a", "none", "b")).toEqual(['{a="1", b="2", c="1--2"}']);
    expect(joined("a", "-")).toEqual(['{b="2"}']);
  });

  test("refuses names that are none", () => {
    expect(() => joined("", "-", "a")).toThrow("invalid destination label name in label_join()");
    expect(() => joined("a", "-", "")).toThrow("invalid source label name in label_join()");
  });
});
