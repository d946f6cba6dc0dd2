import { describe, expect, test } from "bun:test";
import { requirePlayable, whyNotHere } from "../../../sim/drill/playable.ts";
import type { ScenarioInput } from "../../../sim/scenarios/scenario.ts";
import { slowRedis } from "./drill-rig.ts";

const nothing = async () => {};
const EVERYTHING = {
  services: { kill: nothing, stop: nothing, start: nothing, configure: nothing },
  discovery: { withdraw: () => {}, restore: () => false },
  remote: {
    apply: async () => ({ clear: nothing, hits: () => 1 }),
    active: async () => [],
    clearAll: async () => [],
  },
  scale: 1,
  jobs: new Set(["dashstream-infrastructure"]),
};
const fault = (name: string): Partial<ScenarioInput> => ({ faults: [{ fault: name }] });

test.each([
  ["of which everything can be broken", {}, {}, null],
  ["without a fault proxy", {}, { remote: null }, "needs --proxy"],
  ["without a fault proxy, before a broken link", fault("network-reset"), { remote: null }, "needs --proxy"],
  ["whose services cannot be killed", fault("process-kill"), { services: null }, "needs --services"],
  ["whose targets stay", fault("target-vanished"), { discovery: null }, "needs --targets"],
  [
    "where only the remedy cannot be had",
    { ...fault("idle"), remedy: [{ fault: "process-restart" }] },
    { services: null, remote: null, discovery: null },
    "needs --services",
  ],
  [
    "without anything, of what needs everything",
    {
      faults: [{ fault: "target-vanished" }, { fault: "redis-latency" }],
      env: { LOG_LEVEL: "debug" },
    },
    { services: null, remote: null, discovery: null },
    "needs --proxy, --services, --targets",
  ],
  [
    "with nothing but traffic and clients",
    fault("idle"),
    { services: null, remote: null, discovery: null },
    null,
  ],
  [
    "whose services keep their settings",
    { env: { LOG_LEVEL: "debug" } },
    { services: null },
    "needs --services",
  ],
  [
    "of which one service keeps its settings",
    { env_of: { exporter: { LOG_LEVEL: "debug" } } },
    { services: null },
    "needs --services",
  ],
  ["as fast as it may be", { max_scale: 20 }, { scale: 20 }, null],
  [
    "faster than that",
    { max_scale: 20 },
    { scale: 21 },
    "is played at most 20 times faster, and --scale is 21",
  ],
  [
    "whose Prometheus does not scrape a further job",
    { also_scraped: [{ job: "dashstream-checkout", component: "exporter" as const }] },
    {},
    "needs a Prometheus that scrapes exporter as the job dashstream-checkout",
  ],
  [
    "whose Prometheus does",
    { also_scraped: [{ job: "dashstream-checkout", component: "exporter" as const }] },
    { jobs: new Set(["dashstream-checkout"]) },
    null,
  ],
])("a stack %s", (_, parts, options, because) => {
  expect(whyNotHere(slowRedis(parts), { ...EVERYTHING, ...options })).toBe(because);
});

test("a scenario with a fault that there is not is refused", () => {
  expect(() => whyNotHere({ ...slowRedis(), ...fault("redis-latancy") } as never, EVERYTHING)).toThrow(
    "redis-latancy",
  );
});

describe("scenarios", () => {
  const named = (name: string, parts: Partial<ScenarioInput> = {}) => slowRedis({ name, ...parts });

  test("of which one can be played will do", () => {
    const options = { ...EVERYTHING, remote: null };
    requirePlayable([named("a"), named("b", fault("idle"))], options);
  });

  test("of which none can be are refused, each reason once, with some of their names", () => {
    const options = { ...EVERYTHING, remote: null, scale: 60 };
    const slow = named("slow", { ...fault("idle"), max_scale: 10 });
    expect(() => requirePlayable([named("a"), slow, named("b")], options)).toThrow(
      /^nothing can be played: each of a, b needs --proxy; slow is played at most 10 times faster, and --scale is 60$/,
    );
    expect(() =>
      requirePlayable(
        ["a", "b", "c", "d", "e"].map((name) => named(name)),
        options,
      ),
    ).toThrow(/^nothing can be played: each of a, b, c and 2 more needs --proxy$/);
  });
});
