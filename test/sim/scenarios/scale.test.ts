import { expect, test } from "bun:test";
import { planOf } from "../../../sim/scenarios/play.ts";
import { scaleScenario } from "../../../sim/scenarios/scale.ts";
import { defineScenario } from "../../../sim/scenarios/scenario.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";

const scenario = defineScenario({
  name: "lag",
  summary: "A burst.",
  warm_up: "3m",
  hold: "7m30s",
  settle: "8m",
  faults: [
    { fault: "fetch-throttle", after: "30s" },
    { fault: "burst", params: { count: 60_000 }, for: "1m" },
  ],
  expect: [{ alert: "KafkaConsumerLagHigh", within: "7m" }],
});

test("times and counts are divided", () => {
  const { warm_up, hold, settle, faults, expect: expected } = scaleScenario(scenario, 60);
  expect([warm_up, hold, settle, expected[0]?.within]).toEqual(["3s", "7.5s", "8s", "7s"]);
  expect(faults).toMatchObject([
    { after: "0.5s", params: { every_ms: 500 } },
    { after: "0s", for: "1s", params: { count: 1000 } },
  ]);
});

test("a small share is larger, so that as many records are hit, unless that is many", () => {
  const shareAt = (share: number, scale: number) => {
    const faults = [{ fault: "oversized", params: { share } }];
    return scaleScenario(defineScenario({ ...scenario, faults }), scale).faults[0]?.params.share;
  };
  expect([shareAt(0.001, 60), shareAt(0.002, 60), shareAt(0.1, 60)]).toEqual([0.003, 0.005, 0.1]);
  expect([shareAt(0.001, 20), shareAt(0.001, 40)]).toEqual([0.001, 0.002]);
});

test("healthy traffic is denser, up to a limit", () => {
  expect(scaleScenario(scenario, 60).traffic.rate).toBe(100);
  expect(scaleScenario(scenario, 2).traffic.rate).toBe(10);
});

test("at scale 1 nothing changes", () => {
  expect(scaleScenario(scenario, 1)).toBe(scenario);
});

test.each(SCENARIOS.map((each) => [each.name, each] as const))("%s can be played at any scale", (_, each) => {
  const plan = planOf(scaleScenario(each, 60));
  expect(plan.holdMs).toBeCloseTo(planOf(each).holdMs / 60, 0);
});
