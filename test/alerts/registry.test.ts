import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { SCENARIOS } from "../../sim/scenarios/scenarios.ts";
import { alertSlug } from "../../src/alerts/alert.ts";
import { ALERTS } from "../../src/alerts/registry.ts";

const names = ALERTS.map(({ name }) => name);

/** What operators know, written down here on its own: name, severity, seconds, priority. */
const PROMISED = [
  "DLQBackpressureDrops warning 60 P2",
  "DLQItselfBroken critical 60 P0",
  "DLQSendFailures warning 0 P2",
  "DashStreamDlqBackpressureDrops high 300 P1",
  "DashStreamDlqSendFailures high 300 P1",
  "E2ELatencyHigh medium 300 P2",
  "GapDetectedWithHalt critical 0 P0",
  "HighDLQRate high 120 P1",
  "HighDecodeErrorRate high 120 P1",
  "HighDroppedMessageRate high 120 P1",
  "HighDuplicateRate medium 300 P2",
  "HighMessageProcessingErrorRate critical 300 P1",
  "HighReorderRate medium 300 P2",
  "KafkaConsumerLagCritical critical 120 P0",
  "KafkaConsumerLagHigh high 300 P1",
  "KafkaInfraErrorsCritical critical 120 P0",
  "KafkaInfraErrorsDetected warning 120 P2",
  "KafkaInfraErrorsHigh high 120 P1",
  "KafkaPartitionStale high 120 P1",
  "KafkaPartitionStaleCritical critical 60 P0",
  "OversizedMessage warning 60 P2",
  "RateLimiterRedisErrors critical 120 P1",
  "RateLimiterRedisHighLatency warning 300 P2",
  "ReplayBufferRedisWriteFailures high 300 P1",
  "ReplayBufferRedisWritesDropped high 300 P1",
  "SchemaVersionMismatch warning 60 P2",
  "SequenceGapsDetected critical 120 P0",
  "ServiceDown critical 60 P0",
  "TenantRateLimitExceeded warning 60 P2",
  "Watchdog none 0 null",
  "WebSocketDlqBroken critical 60 P0",
  "WebSocketDlqHighRate high 120 P1",
  "WebSocketRedisErrors critical 120 P1",
  "WebSocketRedisHighLatency warning 300 P2",
];

test("all promised alerts are there, and no other", () => {
  const facts = ALERTS.map(
    ({ name, severity, for: lasting, priority }) => `${name} ${severity} ${lasting.value / 1000} ${priority}`,
  );
  expect(facts.toSorted()).toEqual(PROMISED);
});

test("each alert has a file of its name, and each file is registered", () => {
  const folder = new URL("../../src/alerts/definitions/", import.meta.url);
  expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => `${alertSlug(name)}.ts`).toSorted());
  for (const name of names) {
    const text = readFileSync(new URL(`${alertSlug(name)}.ts`, folder), "utf8");
    expect(text).toContain(`name: "${name}"`);
  }
});

test("names in kebab case keep abbreviations and brands whole", () => {
  expect(
    ["WebSocketDlqBroken", "DLQItselfBroken", "E2ELatencyHigh", "DashStreamDlqSendFailures"].map(alertSlug),
  ).toEqual([
    "websocket-dlq-broken",
    "dlq-itself-broken",
    "e2e-latency-high",
    "dashstream-dlq-send-failures",
  ]);
});

test("a priority other than that of the severity is explained", () => {
  const usual = { critical: "P0", high: "P1", medium: "P2", warning: "P2", none: null } as const;
  for (const { severity, priority, priorityReason } of ALERTS) {
    expect(priorityReason !== undefined).toBe(priority !== usual[severity]);
  }
});

test("rules of one alert differ in their component, else they would be one rule", () => {
  for (const { signals } of ALERTS) {
    const components = signals.map(({ component }) => component);
    expect(new Set(components).size).toBe(components.length);
  }
});

describe("muting", () => {
  test("is of alerts that exist, of a lower severity", () => {
    const order = ["none", "warning", "medium", "high", "critical"];
    for (const { severity, mutes } of ALERTS) {
      for (const { alert } of mutes) {
        const lower = ALERTS.find(({ name }) => name === alert);
        expect(order.indexOf(lower?.severity ?? "critical")).toBeLessThan(order.indexOf(severity));
      }
    }
  });

  test("by a service that is down never hits dead letters, gaps, tenants or itself", () => {
    const explained = ALERTS.filter(({ explainedBy }) => explainedBy.length > 0);
    const groups = new Set(explained.map(({ group }) => group));
    expect([...groups].toSorted()).toEqual([
      "dashstream-clients",
      "dashstream-kafka",
      "dashstream-records",
      "dashstream-redis",
    ]);
  });

  test("by one cause never hits what another one shows", () => {
    for (const { explainedBy, signals } of ALERTS) {
      for (const cause of explainedBy) {
        const component = signals[0]?.component;
        const lag = component === "websocket-server" && cause === "kafka";
        expect(component === cause || lag).toBe(true);
      }
    }
  });
});

test("the scenarios of an alert are those that expect it", () => {
  for (const { name, scenarios } of ALERTS) {
    const expecting = SCENARIOS.filter(({ expect: expected }) =>
      expected.some(({ alert }) => alert === name),
    );
    expect([name, expecting.map((scenario) => scenario.name).toSorted()]).toEqual([
      name,
      scenarios.toSorted(),
    ]);
  }
});

test("each alert is proven by scenarios and has all parts of a page", () => {
  for (const { scenarios, runbook } of ALERTS) {
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) expect(scenario).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    const { investigation, causes, remediation, verification } = runbook;
    for (const part of [investigation, causes, remediation, verification])
      expect(part.length).toBeGreaterThan(0);
    expect(verification.some(({ run }) => run !== undefined)).toBe(true);
  }
});
