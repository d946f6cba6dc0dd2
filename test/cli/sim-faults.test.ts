import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import { trafficFaults } from "../../sim/faults/traffic-stage.ts";
import { simCommand } from "../../src/cli/sim.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { eventually } from "../support/eventually.ts";
import { runCommand } from "./cli-rig.ts";

const TOPIC = "faulty";
const PARTITIONS = 3;
const RECORDS = 400;
const MEBIBYTE = 1024 * 1024;

let broker: Broker;
let server: RunningAppliance;
const directory = mkdtempSync(join(tmpdir(), "sim-faults-"));

beforeAll(async () => {
  broker = await startEmbeddedBroker();
  const config = { "max.message.bytes": String(12 * MEBIBYTE) };
  broker.createTopic(TOPIC, { partitions: PARTITIONS, config });
  const limits = join(directory, "limits.json");
  writeFileSync(limits, JSON.stringify({ flood: { messages_per_second: 1, burst_capacity: 5 } }));
  server = await startAppliance({
    brokers: broker.bootstrap,
    topic: TOPIC,
    env: {
      KAFKA_AUTO_OFFSET_RESET: "earliest",
      TENANT_RATE_LIMITS_FILE: limits,
      TENANT_RATE_LIMIT_PER_SEC: "1000000",
    },
  });
  // What it finds in the topic when it joins counts as old.
  await eventually(async () => (await fetch(`${server.url}/readyz`)).ok);
});
afterAll(async () => {
  await server.stop();
  await broker.stop();
  rmSync(directory, { recursive: true });
});

const CAUSES = [
  "buffer_underflow",
  "invalid_protobuf",
  "decompression_failed",
  "schema_mismatch",
  "payload_too_large",
] as const;

/** What the server counted so far. */
function counted() {
  const { metrics } = server.appliance;
  const count = (name: string, labels?: Record<string, string>) => metrics.counter(name, labels).value;
  const decodeErrors = CAUSES.map((error_type) => [
    error_type,
    count("websocket_decode_errors_total", { error_type }),
  ]);
  return {
    success: count("websocket_kafka_messages_total", { status: "success" }),
    error: count("websocket_kafka_messages_total", { status: "error" }),
    missingPayloads: count("websocket_kafka_payload_missing_total"),
    gaps: count("dashstream_sequence_gaps_total"),
    duplicates: count("dashstream_sequence_duplicates_total"),
    reorders: count("dashstream_sequence_reorders_total"),
    restarts: count("dashstream_sequence_restarts_total"),
    clockSkew: count("websocket_clock_skew_events_total"),
    ...(Object.fromEntries(decodeErrors) as Record<(typeof CAUSES)[number], number>),
  };
}

type Counted = ReturnType<typeof counted>;

let seed = 0;

/** Runs `sim` with a fault, waits until the server handled all of it, and gives what it counted for it. */
async function simulate(fault: string) {
  const before = counted();
  // Other runs for each fault, because the server remembers the threads of those before.
  const kafka = ["--kafka-brokers", broker.bootstrap, "--kafka-topic", TOPIC];
  const traffic = ["--rate", "2000", "--count", `${RECORDS}`, "--seed", `${++seed}`];
  const line = ["sim", ...kafka, ...traffic, "--fault", fault, "--json"];
  const { exitCode, stdout, stderr } = await runCommand([simCommand], line);
  if (stdout === "") throw new Error(stderr);
  const summary = JSON.parse(stdout);
  await server.appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
  const name = fault.replace(/:.*/, "");
  const seen = (): Counted =>
    Object.fromEntries(
      Object.entries(counted()).map(([key, value]) => [key, value - before[key as keyof Counted]]),
    ) as Counted;
  return { exitCode, summary, hits: summary.faults[name].hits as number, seen };
}

const NOTHING = {
  error: 0,
  missingPayloads: 0,
  gaps: 0,
  duplicates: 0,
  reorders: 0,
  restarts: 0,
  clockSkew: 0,
  buffer_underflow: 0,
  invalid_protobuf: 0,
  decompression_failed: 0,
  schema_mismatch: 0,
  payload_too_large: 0,
};

/** What the server must count of a fault that took so often, beside the records that it delivered. */
const CASES: readonly (readonly [fault: string, expected: (hits: number) => object])[] = [
  ["corrupt-payload:kind=bad-zstd", (hits) => ({ error: hits, decompression_failed: hits })],
  ["corrupt-payload:kind=bad-frame-byte", (hits) => ({ error: hits, invalid_protobuf: hits })],
  ["schema-mismatch:share=0.1", (hits) => ({ error: hits, schema_mismatch: hits })],
  ["oversized:share=0.02", (hits) => ({ error: hits, payload_too_large: hits })],
  ["null-value", (hits) => ({ missingPayloads: hits })],
  ["duplicate", (hits) => ({ duplicates: hits })],
  ["reorder", (hits) => ({ reorders: hits })],
  ["sequence-gap:share=0.05", (hits) => ({ gaps: hits })],
  ["clock-skew", (hits) => ({ clockSkew: hits })],
];

describe("what the server counts of sim under", () => {
  test.each(CASES)("%s is as many as the fault says, and nothing else", async (fault, expected) => {
    const { exitCode, summary, hits, seen } = await simulate(fault);
    expect([exitCode, summary.unsent, summary.failed_sends]).toEqual([0, 0, 0]);
    expect(hits).toBeGreaterThan(0);
    const whole = { ...NOTHING, ...expected(hits) };
    // A number counts as lost once it has stayed away for the reorder window.
    await eventually(() => seen().gaps >= whole.gaps);
    const { success, ...rest } = seen();
    expect(rest).toEqual(whole);
    expect(success).toBe(summary.produced - whole.error - whole.missingPayloads);
  });

  test("delivery-delay is latency, and no reordering", async () => {
    const latency = server.appliance.metrics.histogram("websocket_e2e_latency_ms", {
      stage: "producer_to_consumer",
    });
    const before = { count: latency.count, sum: latency.sum };
    const { exitCode, hits, seen } = await simulate("delivery-delay:delay_ms=700");
    expect([exitCode, hits]).toEqual([0, RECORDS]);
    expect(latency.count - before.count).toBe(RECORDS);
    // Both instants are whole milliseconds, so that each may seem one less.
    expect(latency.sum - before.sum).toBeGreaterThanOrEqual(699 * RECORDS);
    expect(seen()).toEqual({ ...NOTHING, success: RECORDS });
  });

  test("tenant-flood is one tenant's limit exceeded, and nobody else's", async () => {
    const { exitCode, summary, hits, seen } = await simulate("tenant-flood:rate=2000");
    expect([exitCode, summary.produced]).toEqual([0, RECORDS + hits]);
    expect(seen()).toEqual({ ...NOTHING, success: RECORDS + hits });
    const exceeded = (tenant_id: string) =>
      server.appliance.metrics.counter("dashstream_rate_limit_exceeded_total", { tenant_id }).value;
    expect(exceeded("flood")).toBeGreaterThan(hits / 2);
  });

  test("burst is so many records more", async () => {
    const { exitCode, hits, seen } = await simulate("burst:count=1500");
    expect([exitCode, hits]).toEqual([0, 1500]);
    expect(seen()).toEqual({ ...NOTHING, success: RECORDS + 1500 });
  });

  test("unkeyed is gaps that are none", async () => {
    const { exitCode, hits, seen } = await simulate("unkeyed");
    expect([exitCode, hits]).toEqual([0, RECORDS]);
    await eventually(() => seen().gaps > 50);
    const { gaps: _, ...rest } = seen();
    const { gaps: __, ...nothing } = NOTHING;
    expect(rest).toEqual({ ...nothing, success: RECORDS });
  });
});

/** Those that have a test of their own. */
const ALONE = ["burst", "delivery-delay", "tenant-flood", "unkeyed"];

test("every fault of the traffic was tried", () => {
  const tried = [...CASES.map(([fault]) => fault.replace(/:.*/, "")), ...ALONE];
  expect([...new Set(tried)].sort()).toEqual(trafficFaults().map(({ name }) => name));
});
