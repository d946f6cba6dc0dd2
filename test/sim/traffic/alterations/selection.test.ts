import { expect, test } from "bun:test";
import { selection } from "../../../../sim/traffic/alterations/selection.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";

const chosen = (share: number, spread: "even" | "random", of: number, seed = 1) => {
  const choose = selection({ share, spread, random: seededRandom(seed) });
  return Array.from({ length: of }, () => choose());
};
const count = (choices: readonly boolean[]) => choices.filter(Boolean).length;

test.each([0.1, 0.02, 0.005, 1 / 3, 1])("an even share of %d is exact at every moment", (share) => {
  const choices = chosen(share, "even", 10_000);
  for (const of of [10, 100, 300, 1000, 9000]) {
    expect(count(choices.slice(0, of))).toBe(Math.floor(of * share + 1e-6));
  }
});

test("an even share takes every so many", () => {
  const choices = chosen(0.25, "even", 12);
  expect(choices.flatMap((is, index) => (is ? [index] : []))).toEqual([3, 7, 11]);
});

test("an even share that begins elsewhere takes others, as many of them", () => {
  const places = (share: number, phase: number) => {
    const choose = selection({ share, spread: "even", random: seededRandom(1), phase });
    return Array.from({ length: 12 }, (_, index) => index).filter(() => choose());
  };
  expect(places(0.25, 0)).toEqual([3, 7, 11]);
  expect(places(0.25, 0.3)).toEqual([2, 6, 10]);
  expect(places(0.25, 0.99)).toEqual([0, 4, 8]);
  expect(places(1, 0.99)).toHaveLength(12);
});

test("a random share is about right, the same for the same seed and another for another", () => {
  expect(Math.abs(count(chosen(0.1, "random", 10_000)) - 1000)).toBeLessThan(150);
  expect(chosen(0.1, "random", 500)).toEqual(chosen(0.1, "random", 500));
  expect(chosen(0.1, "random", 500, 2)).not.toEqual(chosen(0.1, "random", 500));
});
