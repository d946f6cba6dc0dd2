// What a play says of faults that took nothing, that could not be put in force, and that could not be cleared.

import { describe, expect, test } from "bun:test";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { planOf, play } from "../../../sim/scenarios/play.ts";
import { runVirtual } from "../../../sim/verify/virtual-world.ts";
import { slowRedis } from "../drill/drill-rig.ts";
import { START_MS } from "../drill/prometheus-answers.ts";

/** What is found when `redis-latency` is applied so; `missed` is said of a fault that was on. */
async function findingsOf(apply: () => Promise<RunningFault>): Promise<readonly string[]> {
  let findings: readonly string[] = [];
  await runVirtual({ seed: 1, startMs: START_MS }, async ({ clock }) => {
    const playing = play(planOf(slowRedis()), { clock, apply, missed: () => "missed" });
    ({ findings } = await clock.settle(playing, 3_600_000));
  });
  return findings;
}

const cleared = async () => {};
const failing = () => Promise.reject(new Error("no answer"));

describe("a fault", () => {
  test("that was on and took nothing is missed", async () => {
    expect(await findingsOf(async () => ({ clear: cleared, hits: () => 0 }))).toEqual(["missed"]);
    expect(await findingsOf(async () => ({ clear: cleared, hits: () => 1 }))).toEqual([]);
  });

  test("that could not be put in force broke nothing", async () => {
    expect(await findingsOf(failing)).toEqual([
      "fault redis-latency: no answer",
      "fault redis-latency did not take: nothing was broken by it",
    ]);
  });

  test("that could not be cleared may have broken something, whatever it counts", async () => {
    expect(await findingsOf(async () => ({ clear: failing, hits: () => 0 }))).toEqual([
      "fault redis-latency: no answer",
    ]);
  });
});
