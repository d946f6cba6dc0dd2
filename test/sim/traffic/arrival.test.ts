import { expect, test } from "bun:test";
import { type ArrivalProfile, arrivals } from "../../../sim/traffic/arrival.ts";
import { seededRandom } from "../../../src/runtime/random.ts";

const due = (profile: ArrivalProfile, rate: number, times: readonly number[]) =>
  times.map(arrivals(profile, rate, seededRandom(1)));

test("steady arrival is exact at any time, for rates that no double holds as well", () => {
  expect(due("steady", 1000, [0, 0.5, 1, 10, 999, 1000])).toEqual([0, 0, 1, 10, 999, 1000]);
  expect(due("steady", 0.1, [9_999, 10_000, 30_000])).toEqual([0, 1, 3]);
  const every = Array.from({ length: 1000 }, (_, i) => (i + 1) * (1000 / 3));
  expect(due("steady", 3, every)).toEqual(every.map((_, i) => i + 1));
});

test("bursty arrival puts a second's records into its first fifth", () => {
  expect(due("bursty", 100, [0, 100, 200, 201, 999, 1000, 1100, 1999, 2000])).toEqual([
    0, 50, 100, 100, 100, 100, 150, 200, 200,
  ]);
});

test("poisson arrival has the mean of the rate and a variance as large as the mean", () => {
  const seconds = Array.from({ length: 2000 }, (_, i) => (i + 1) * 1000);
  const totals = due("poisson", 50, seconds);
  const perSecond = totals.map((total, i) => total - (totals[i - 1] ?? 0));
  const mean = perSecond.reduce((sum, n) => sum + n, 0) / perSecond.length;
  const variance = perSecond.reduce((sum, n) => sum + (n - mean) ** 2, 0) / perSecond.length;
  // Five standard errors of 2,000 samples.
  expect(Math.abs(mean - 50)).toBeLessThan(0.8);
  expect(Math.abs(variance - 50)).toBeLessThan(8);
});

test("nothing is ever due at rate 0", () => {
  for (const profile of ["steady", "bursty", "poisson"] as const) {
    expect(due(profile, 0, [0, 1e9])).toEqual([0, 0]);
  }
});
