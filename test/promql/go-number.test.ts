import { expect, test } from "bun:test";
import { formatG, parseGoFloat, parseGoNumber } from "../../src/promql/go-number.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INFINITY } = Number;

// The expected values are what Go 1.26 gives.
test.each([
  ["1_000", 1000],
  ["1e5_0", 1e50],
  ["0x1p-2", 0.25],
  ["0x_1p1", 2],
  ["-0x1.8p1", -3],
  ["1.", 1],
  [".5", 0.5],
  ["+5", 5],
  ["infinity", INFINITY],
  ["-Inf", -INFINITY],
  ["nan", NOT_A_NUMBER],
  ["+nan", null],
  ["1e400", null],
  ["0x1", null],
  ["0xp1", null],
  ["._1", null],
  ["1_", null],
  ["1__0", null],
  ["", null],
  [" 1", null],
])("the float %p is %p", (text, expected) => {
  expect(parseGoFloat(text)).toBe(expected);
});

test.each([
  ["010", 8],
  ["0x10", 16],
  ["-0x10", -16],
  ["08", 8],
  ["1e3", 1000],
  ["+Inf", INFINITY],
  ["-inf", -INFINITY],
  ["1h", null],
])("the number %p is %p", (text, expected) => {
  expect(parseGoNumber(text)).toBe(expected);
});

test.each([
  [1e20, "1e+20"],
  [1_234_567, "1.234567e+06"],
  [1e6, "1e+06"],
  [100_000, "100000"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [-0.95, "-0.95"],
  [0, "0"],
  [-0, "-0"],
  [NOT_A_NUMBER, "NaN"],
  [INFINITY, "+Inf"],
  [-INFINITY, "-Inf"],
])("%p is written as %p", (value, text) => {
  expect(formatG(value)).toBe(text);
});
