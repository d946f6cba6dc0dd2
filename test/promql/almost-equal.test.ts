import { expect, test } from "bun:test";
import { almostEqual } from "../../src/promql/almost-equal.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INFINITY, MAX_VALUE } = Number;

test.each([
  [1, 1.000001, true],
  [1, 1.00001, false],
  [1e300, 1.0000001e300, true],
  [MAX_VALUE, MAX_VALUE / 1.0000001, true],
  [NOT_A_NUMBER, NOT_A_NUMBER, true],
  [NOT_A_NUMBER, 1, false],
  [INFINITY, INFINITY, true],
  [INFINITY, -INFINITY, false],
  // Nothing is almost zero but what has no digits left.
  [0, 1e-100, false],
  [0, 5e-324, true],
  [0, -0, true],
])("%p and %p: %p", (a, b, expected) => {
  expect(almostEqual(a, b, 1e-6)).toBe(expected);
});
