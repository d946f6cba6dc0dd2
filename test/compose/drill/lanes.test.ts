import { describe, expect, test } from "bun:test";
import { planDurationMs, planOf } from "../../../sim/scenarios/play.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { lanesOf } from "./lanes.ts";

const SPEEDS = { fast: 60, slow: 10 };

describe("lanes", () => {
  const lanes = lanesOf(SCENARIOS, 3, SPEEDS);
  const parts = lanes.flat();

  test("play each scenario once, as fast as it can be", () => {
    expect(parts.flatMap(({ scenarios }) => scenarios).sort()).toEqual(
      SCENARIOS.map(({ name }) => name).sort(),
    );
    for (const { scale, scenarios } of parts) {
      for (const name of scenarios) {
        const max = SCENARIOS.find((scenario) => scenario.name === name)?.max_scale ?? 0;
        expect([name, scale]).toEqual([name, max >= 60 ? 60 : 10]);
        expect(scale).toBeLessThanOrEqual(max);
      }
    }
  });

  test("end at about the same time", () => {
    const lasting = lanes.map((lane) =>
      lane.reduce((sum, { scale, scenarios }) => {
        const played = SCENARIOS.filter(({ name }) => scenarios.includes(name));
        const virtualMs = played.map((scenario) => planDurationMs(planOf(scenario)));
        return sum + virtualMs.reduce((a, b) => a + b, 0) / scale;
      }, 0),
    );
    expect(Math.max(...lasting) / Math.min(...lasting)).toBeLessThan(1.3);
  });

  test("change settings of services as seldom as they can", () => {
    for (const { scenarios } of parts) {
      const settings = scenarios.map((name) => {
        const { env, env_of } = SCENARIOS.find((scenario) => scenario.name === name) ?? {};
        return JSON.stringify([env, env_of]);
      });
      const changes = settings.filter((text, index) => index > 0 && text !== settings[index - 1]);
      expect(changes).toHaveLength(new Set(settings).size - 1);
    }
  });

  test("are as many as there is something to play", () => {
    const fast = SCENARIOS.filter(({ max_scale }) => max_scale === 60).slice(0, 2);
    expect(lanesOf(fast, 1, SPEEDS)).toEqual([[{ scale: 60, scenarios: fast.map(({ name }) => name) }]]);
    expect(lanesOf(fast, 3, SPEEDS)).toHaveLength(2);
  });
});
