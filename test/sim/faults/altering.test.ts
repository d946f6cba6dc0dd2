// How faults choose their records beside each other.

import { expect, test } from "bun:test";
import { chosen } from "../../../sim/faults/altering.ts";
import type { Stage } from "../../../sim/faults/stage.ts";
import { selection } from "../../../sim/traffic/alterations/selection.ts";
import { seededRandom } from "../../../src/runtime/random.ts";

test("a fault that takes its records by chance claims no place, and leaves it to those that take every so many", () => {
  let claimed = 0;
  const nothing = { remove: () => {} };
  const traffic: Stage["traffic"] = {
    alter: () => nothing,
    claimPhase: () => claimed++ / 2,
    add: () => nothing,
    burst: async () => {},
    pause: () => nothing,
    restart: () => {},
  };
  const stage = { traffic, random: seededRandom(1) } as Stage;
  const taken = (spread: "even" | "random") => chosen(stage, { share: 0.5, spread }).phase;
  expect([taken("even"), taken("random"), taken("even")]).toEqual([0, undefined, 0.5]);
  const takes = [0, 0.5].map((phase) =>
    selection({ share: 0.5, spread: "even", random: stage.random, phase }),
  );
  expect(Array.from({ length: 4 }, () => takes.map((take) => take()))).toEqual(
    [false, true, false, true].map((first) => [first, !first]),
  );
});
