import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { RedisReplay } from "../../../src/server/replay/redis-replay.ts";
import { createReplaySource, type ReplaySource } from "../../../src/server/replay/replay-source.ts";
import type { ReplayTier } from "../../../src/server/replay/tier.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { event, message, pipelineRig } from "../pipeline-rig.ts";
import { addTo, FakeTier, range, type Walked } from "./tier-rig.ts";

const TOPIC = "telemetry";
let broker: Broker;
const sources: ReplaySource[] = [];

beforeEach(async () => {
  broker = await startEmbeddedBroker({ autoCreateTopics: false });
  broker.createTopic(TOPIC);
});
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  await broker.stop();
});

function sourceOf(env: Record<string, string> = {}, redis: ReplayTier | null = null) {
  const { config } = loadConfig({
    env: { KAFKA_BROKERS: broker.bootstrap, KAFKA_TOPIC: TOPIC, ...env },
    flags: {},
    readFile: () => "",
  });
  const metrics = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
    with: { redis: redis !== null },
  });
  const source = createReplaySource({
    config,
    metrics,
    redis: redis === null ? null : replayOver(redis),
    clock: systemClock,
    random: seededRandom(1),
    network: systemNetwork,
    log: silentLog,
  });
  sources.push(source);
  const walk = async (from: number, to: number): Promise<Walked> => {
    const walked: Walked = { offsets: [], values: [], missing: [] };
    for (let at = from; at < to; ) {
      const asked = Promise.withResolvers<number>();
      source.pages.request(0, at, to, (answer) => asked.resolve(addTo(walked, at, answer)));
      at = await asked.promise;
    }
    return walked;
  };
  return { source, metrics, walk };
}

test("a replay from Kafka delivers what the pipeline delivered, and nothing else", async () => {
  const { source, walk } = sourceOf();
  const sequences = new Map<string, number>();
  const values = range(0, 3000).map((i) => {
    if (i % 17 === 3) return Buffer.from("bad");
    if (i % 19 === 3) return null;
    const thread = `thread-${i % 7}`;
    // Each thread misses a number at some time, and is halted from there on.
    const sequence = (sequences.get(thread) ?? 0) + (Math.floor(i / 7) === 60 * (i % 7) ? 2 : 1);
    sequences.set(thread, sequence);
    return event(thread, sequence, { tenantId: `${i % 3}` });
  });
  broker.append(
    TOPIC,
    0,
    values.map((value) => ({ timestampMs: 0, key: null, value })),
  );
  const rig = pipelineRig({
    maxRecords: 10_000,
    gapPolicy: "halt",
    withheld: source.withheld,
    tenantLimits: () => ({
      takeAll: (wanted) =>
        new Map([...wanted].map(([id, count]) => [id, Math.floor(count / (1 + Number(id)))])),
    }),
  });
  await rig.handle(values.map((value, offset) => message({ offset: `${offset}`, value })));
  const delivered = range(rig.ring.tail, rig.ring.head).map((position) => rig.ring.offsetAt(position));
  expect(delivered.length).toBeGreaterThan(300);
  expect(delivered.length).toBeLessThan(2000);
  expect(await walk(0, 3000)).toMatchObject({ offsets: delivered, missing: [] });
});

test("Redis is asked before Kafka", async () => {
  broker.append(
    TOPIC,
    0,
    range(0, 20).map((i) => ({ timestampMs: 0, key: null, value: event("a", i) })),
  );
  const redis = new FakeTier("redis", { has: [[10, 20]] });
  const { walk, metrics } = sourceOf({}, redis);
  const { offsets, values } = await walk(0, 20);
  expect([offsets, values[10]]).toEqual([range(0, 20), "log:10.."]);
  expect(metrics.counter("replay_buffer_redis_hits_total").value).toBe(1);
  expect(metrics.counter("replay_buffer_kafka_hits_total").value).toBe(1);
});

test("where Kafka is not to be used, what memory does not have is missing, and nobody connects", async () => {
  const { walk } = sourceOf({ REPLAY_KAFKA_ENABLED: "false" });
  broker.control("*", () => {
    throw new Error("somebody connected");
  });
  expect(await walk(3, 20)).toEqual({ offsets: [], values: [], missing: [[3, 20]] });
});

test("Kafka sees another client id than that of the stream", async () => {
  broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value: event("a", 1) }]);
  const ids = new Set<string>();
  broker.control("Fetch", (request) => {
    ids.add(request.clientId ?? "");
    return { kind: "pass" };
  });
  await sourceOf({ INSTANCE_ID: "server-1" }).walk(0, 1);
  expect([...ids]).toEqual(["server-1-replay"]);
});

/** Replay in Redis of which only reading matters. */
function replayOver(tier: ReplayTier): RedisReplay {
  return {
    tier,
    connected: true,
    write: () => null,
    verify: () => Promise.resolve(),
    forget: () => Promise.resolve(),
    health: () => ({ hits: 0, misses: 0, writeDropped: 0, writeFailures: 0, ttlSeconds: 0, maxSequences: 0 }),
    firstAfter: () => Promise.resolve(null),
    clear: () => Promise.resolve({ complete: true, deletedKeys: 0, reason: null }),
    drain: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}
