import { expect, test } from "bun:test";
import { whyNotHere } from "../../../sim/drill/playable.ts";
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
  [
    "without a fault proxy",
    {},
    { remote: null },
    "redis-latency needs redis, which cannot be controlled here",
  ],
  [
    "without a fault proxy, before a broken link",
    fault("network-reset"),
    { remote: null },
    "network-reset needs links, which cannot be controlled here",
  ],
  [
    "whose services cannot be killed",
    fault("process-kill"),
    { services: null },
    "process-kill needs components, which cannot be controlled here",
  ],
  [
    "whose targets stay",
    fault("target-vanished"),
    { discovery: null },
    "target-vanished needs discovery, which cannot be controlled here",
  ],
  [
    "where only the remedy cannot be had",
    { ...fault("idle"), remedy: [{ fault: "process-restart" }] },
    { services: null, remote: null, discovery: null },
    "process-restart needs components, which cannot be controlled here",
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
    "its services need other settings",
  ],
  [
    "of which one service keeps its settings",
    { env_of: { exporter: { LOG_LEVEL: "debug" } } },
    { services: null },
    "its services need other settings",
  ],
  ["as fast as it may be", { max_scale: 20 }, { scale: 20 }, null],
  ["faster than that", { max_scale: 20 }, { scale: 21 }, "it is played at most 20 times faster"],
  [
    "whose Prometheus does not scrape a further job",
    { also_scraped: [{ job: "dashstream-checkout", component: "exporter" as const }] },
    {},
    "its Prometheus also scrapes exporter as the job dashstream-checkout",
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
