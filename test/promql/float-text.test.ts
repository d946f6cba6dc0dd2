// Numbers are written as Go writes them. data/go-floats.json was written by Go's strconv.FormatFloat: value, verb,
// precision, text.

import { expect, test } from "bun:test";
import { type FloatVerb, formatFloat } from "../../src/promql/float-text.ts";
import rows from "./data/go-floats.json";

test("every row of Go is reproduced", () => {
  const different = (rows as [string, FloatVerb, number, string][])
    .map(([value, verb, precision, text]) => ({ value, verb, precision, text }))
    .filter(({ value, verb, precision, text }) => formatFloat(Number(value), verb, precision) !== text)
    .map((row) => ({ ...row, got: formatFloat(Number(row.value), row.verb, row.precision) }));
  expect(different).toEqual([]);
  expect(rows.length).toBeGreaterThan(500);
});

test("what is no finite number has a name", () => {
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) =>
      formatFloat(value, "g", -1),
    ),
  ).toEqual(["NaN", "+Inf", "-Inf"]);
});

test("a verb in capitals writes its exponent so", () => {
  expect(formatFloat(1e30, "G", 4)).toBe("1E+30");
  expect(formatFloat(1, "E", 1)).toBe("1.0E+00");
});
