import { describe, expect, test } from "bun:test";
import { goCosh, goLog2, goPow, goSinh } from "../../src/promql/go-math.ts";

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: INF } = Number;

describe("a power as Go has it", () => {
  test.each([
    [2, 0.5, Math.SQRT2],
    [10, -3, 0.001],
    [1.5, 2.7, 2.9884527898725022],
    [-2, 3, -8],
    [-2, 0.3, NOT_A_NUMBER],
    [0, -1, INF],
    [-0, -3, -INF],
    [-0, 3, -0],
    [-0, 2, 0],
    [1, NOT_A_NUMBER, 1],
    [NOT_A_NUMBER, 0, 1],
    [-1, INF, 1],
    [0.5, INF, 0],
    [2, -INF, 0],
    [-INF, 3, -INF],
    [-INF, -3, -0],
    [INF, -1, 0],
    [3, -700, 0],
    [1e300, 1.1, INF],
    [0.1, 307.5, 3.1622776601684834e-308],
    [12345.678, -0.3, 0.059230516032115335],
    [-1, 1e19, 1],
    [2, 1e19, INF],
    [4, -0.5, 0.5],
    [7, 1, 7],
    [2, -1074, 5e-324],
    [5e-324, 2, 0],
  ])("%p ^ %p", (x, y, expected) => {
    expect(goPow(x, y)).toBe(expected);
  });
});

describe("logarithms and hyperbolic functions as Go has them", () => {
  test("powers of two are exact, and near one no digit is lost", () => {
    expect(goLog2(8)).toBe(3);
    expect(goLog2(0.5)).toBe(-1);
    expect(goLog2(1 + Number.EPSILON)).toBe(3.3306690738754696e-16);
    expect(goLog2(5e-324)).toBe(-1074);
    expect(goLog2(0)).toBe(-INF);
    expect(goLog2(-1)).toBeNaN();
  });

  test("leave the range of numbers where the exponential does", () => {
    expect(goCosh(710)).toBe(INF);
    expect(goSinh(-710)).toBe(-INF);
    expect(goCosh(1)).toBe(1.5430806348152437);
    expect(goSinh(-3)).toBe(-10.017874927409903);
  });
});
