import { describe, expect, test } from "bun:test";
import { goAtan, goAtan2 } from "../../src/promql/go-arctangent.ts";

// Expected: what Go printed.

test.each([
  [0.3, 0.2914567944778671],
  [0.66, 0.583373006993856],
  [1, 0.7853981633974483],
  [2, 1.1071487177940904],
  [2.5, 1.1902899496825317],
  [100, 1.5607966601082313],
  [-0.7, -0.6107259643892086],
  [1e-9, 1e-9],
  [1e9, 1.5707963257948965],
  [-0, -0],
  [Number.POSITIVE_INFINITY, Math.PI / 2],
  [Number.NaN, Number.NaN],
])("the arctangent of %p", (x, expected) => {
  expect(goAtan(x)).toBe(expected);
});

describe("the angle of a point", () => {
  test.each([
    [1, 2, 0.4636476090008061],
    [-1, -2, -2.677945044588987],
    [3, -0.5, 1.7359450042095235],
    [-3, 0.5, -1.4056476493802696],
    [1e-300, 1e300, 0],
    [1, -1e9, 3.141592652589793],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
    [Number.NEGATIVE_INFINITY, 1, -Math.PI / 2],
    [1, Number.NaN, Number.NaN],
  ])("atan2(%p, %p)", (y, x, expected) => {
    expect(goAtan2(y, x)).toBe(expected);
  });
});
