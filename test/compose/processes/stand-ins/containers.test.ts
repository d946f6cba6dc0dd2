// What the lists of containers say of a process.

import { expect, test } from "bun:test";
import type { ServiceState } from "../../../../compose/processes/stack.ts";
import {
  exitCodeOf,
  healthOf,
  type ListedContainer,
  listing,
  statusText,
} from "../../../../compose/processes/stand-ins/docker/containers.ts";
import { servicePlan } from "../running/plan-rig.ts";

type Given = Parameters<typeof servicePlan>[0];

function listed(state: ServiceState, given: Given = {}): ListedContainer {
  const plan = servicePlan(given);
  const { name, log, launch } = plan;
  const status = { name, log, version: launch.version, state, process: null, startedAtMs: 0, ports: [] };
  return { container: { name, id: "1", plan }, status, ports: [] };
}

test.each([
  ["prom/prometheus:v3.5.0", "Prometheus 2.42.0", "prom/prometheus (process, 2.42.0)"],
  [
    "registry.example:5000/redis@sha256:12ab",
    "Redis 7.0.15",
    "registry.example:5000/redis (process, 7.0.15)",
  ],
  ["confluentinc/cp-kafka:7.9.5", "Kafka 3.9.2, its tools", "confluentinc/cp-kafka (process, 3.9.2)"],
  ["redis:7.4.11-alpine", "Redis of unknown version", "redis:7.4.11-alpine"],
  ["dashstream:local", "dashstream serve", "dashstream:local"],
])("image %s that runs as %s is listed as %s", (image, version, text) => {
  expect(listing(listed("ready", { image, launch: { version } }), 0).image).toBe(text);
});

const ASKED = { launch: { readiness: { kind: "tcp", port: 1 } } } as const;

test.each([
  ["ready", ASKED, 1_000, "healthy", "Up 1 second (healthy)"],
  ["not ready", ASKED, 1_000, "starting", "Up 1 second (health: starting)"],
  ["not ready", ASKED, 90_000, "unhealthy", "Up About a minute (unhealthy)"],
  ["exited", ASKED, 1_000, null, "Exited"],
  // Nobody asks what has no port.
  ["ready", {}, 1_000, null, "Up 1 second"],
  ["not ready", { launch: { readiness: { kind: "completed" } } }, 1_000, null, "Up 1 second"],
] as const)(
  "what is %s with %o for %d ms has the health %p and is %p",
  (state, given, nowMs, health, text) => {
    const row = listed(state, given);
    expect([healthOf(row, nowMs), statusText(row, nowMs)]).toEqual([health, text]);
  },
);

test("the exit code of what nobody waited for is not known", () => {
  const codes = (["ready", "completed", "exited", "stopped"] as const).map((state) =>
    exitCodeOf(listed(state).status),
  );
  expect(codes).toEqual([0, 0, null, null]);
});
