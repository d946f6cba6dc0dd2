// What every Kafka must show the replay tier: the embedded broker and the real ones, in one table.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Message, Partitioners } from "kafkajs";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createPageSource } from "../../../src/server/replay/page-source.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../../src/telemetry/flood.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import { createTopic } from "../../sim/broker/conformance/behaviours.ts";
import { kafkajsFor } from "../../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, type Target } from "../../sim/broker/conformance/target.ts";
import { eventually } from "../../support/eventually.ts";
import { startKafka } from "../../support/kafka/start-kafka.ts";
import { describeRealEach } from "../../support/real-components.ts";
import { event, offsetsOf, type TierRig, tierRig, trimBefore, valuesOf } from "./kafka-tier-rig.ts";
import { addTo, range, type Walked } from "./tier-rig.ts";

const TIMEOUT_MS = 60_000;
/** The cleaner looks for work so often. */
const CLEANER = { "log.cleaner.backoff.ms": "100" };

interface Scene extends TierRig {
  readonly target: Target;
  /** A topic of its own with one partition. */
  readonly topic: string;
}

async function produce(target: Target, topic: string, messages: readonly Message[]): Promise<void> {
  const producer = kafkajsFor(target.bootstrap).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, messages: [...messages] }).finally(() => producer.disconnect());
}

function events(count: number, sizeBytes = 0): readonly Message[] {
  return range(0, count).map((i) => ({ value: event(i, sizeBytes) }));
}

/** Everything from an offset on, as a client of the page source gets it; `onPage` comes before each further question. */
async function walk({ tier }: Scene, from: number, to: number, onPage = async () => {}): Promise<Walked> {
  const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
  const source = createPageSource({
    tiers: [{ tier, maxReads: 2 }],
    clock: systemClock,
    random: seededRandom(1),
    cacheBytes: 1_048_576,
    metrics,
    errors: floodGuard(silentLog, systemClock),
  });
  const walked: Walked = { offsets: [], values: [], missing: [] };
  for (let at = from; at < to; ) {
    const asked = Promise.withResolvers<number>();
    source.request(0, at, to, (answer) => asked.resolve(addTo(walked, at, answer)));
    at = await asked.promise;
    await onPage();
  }
  source.close();
  return walked;
}

const BEHAVIOURS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "what was written is read again, page by page": async (scene) => {
    const { target, topic, begun } = scene;
    for (let i = 0; i < 3; i++) await produce(target, topic, events(1000));
    const walked = await walk(scene, 5, 3000);
    expect([walked.offsets, walked.missing]).toEqual([range(5, 3000), []]);
    expect(begun).toEqual([0]);
    const page = await scene.page(0, 3);
    expect(valuesOf(page)).toEqual(range(0, 3).map((i) => event(i).toString("hex")));
  },

  "what was trimmed is missing, even inside a batch, and no more than that": async (scene) => {
    const { target, topic } = scene;
    await produce(target, topic, events(10));
    await produce(target, topic, events(10));
    await trimBefore(target.bootstrap, topic, 13);
    expect(await scene.tier.read(0, 2, 20)).toEqual({ kind: "absent", nextOffset: 13 });
    const walked = await walk(scene, 2, 20);
    expect([walked.missing, walked.offsets]).toEqual([[[2, 13]], range(13, 20)]);
    await trimBefore(target.bootstrap, topic, 20);
    expect(await scene.tier.read(0, 2, 20)).toEqual({ kind: "absent", nextOffset: 20 });
    expect(scene.failures()).toBe(0);
  },

  "a broker that is away for a while in the middle is only a delay": async (scene) => {
    const { target, topic } = scene;
    for (let i = 0; i < 4; i++) await produce(target, topic, events(9, 90_000));
    let outage: Promise<void> | null = null;
    const walked = await walk(scene, 0, 36, async () => {
      if (outage !== null) return;
      await target.kill();
      outage = eventually(() => scene.failures() > 0).then(() => target.restart());
    });
    await outage;
    expect([walked.offsets, walked.missing]).toEqual([range(0, 36), []]);
  },
};

/** What only a real Kafka has. */
const REAL_BEHAVIOURS: typeof BEHAVIOURS = {
  ...BEHAVIOURS,

  "records of aborted transactions and the markers of all are holes": async (scene) => {
    const { target, topic } = scene;
    const producer = kafkajsFor(target.bootstrap).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: topic,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    for (const end of ["commit", "abort", "commit"] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [...events(2)] });
      await transaction[end]();
    }
    await producer.disconnect();
    expect(await scene.page(0, 9)).toMatchObject({ fromOffset: 0, nextOffset: 9 });
    expect(offsetsOf(await scene.page(0, 9))).toEqual([0, 1, 6, 7]);
    expect(await scene.page(2, 6)).toMatchObject({ nextOffset: 6, records: [] });
    const walked = await walk(scene, 3, 9);
    expect([walked.offsets, walked.missing]).toEqual([[6, 7], []]);
  },

  "what compaction removed is a hole, also where a read begins or ends in it": async (scene) => {
    const { target } = scene;
    const topic = `${scene.topic}-compacted`;
    await createTopic(target, topic, 1, {
      "cleanup.policy": "compact",
      "segment.ms": "1000",
      "min.cleanable.dirty.ratio": "0.001",
    });
    const startedMs = Date.now() - 10_000;
    const keyed = (key: string, ms: number) => ({ key, value: event(1), timestamp: `${startedMs + ms}` });
    for (let i = 0; i < 10; i++) await produce(target, topic, [keyed(i < 5 ? "a" : "b", i)]);
    // A later record begins a new segment, and lets the cleaner at the one before.
    await produce(target, topic, [keyed("c", 5000)]);
    const rig = tierRig(target.bootstrap, topic);
    await eventually(async () => offsetsOf(await rig.page(0, 11)).length === 3);
    expect(offsetsOf(await rig.page(0, 11))).toEqual([4, 9, 10]);
    expect(await rig.page(2, 3)).toMatchObject({ fromOffset: 2, nextOffset: 3, records: [] });
    expect(offsetsOf(await rig.page(6, 10))).toEqual([9]);
    const walked = await walk({ ...scene, ...rig }, 5, 11);
    expect([walked.offsets, walked.missing, rig.failures()]).toEqual([[9, 10], [], 0]);
    await rig.close();
  },
};

function suite(start: () => Promise<Target>, behaviours: typeof BEHAVIOURS): void {
  let target: Target | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await target?.stop();
  }, TIMEOUT_MS);
  for (const [title, run] of Object.entries(behaviours)) {
    const body = async () => {
      if (!target) throw new Error("the target did not start");
      const topic = `replay-${++topics}`;
      await createTopic(target, topic);
      const rig = tierRig(target.bootstrap, topic);
      await run({ ...rig, target, topic }).finally(() => rig.close());
    };
    test(title, body, TIMEOUT_MS);
  }
}

describe("replay from the embedded broker", () => suite(embeddedTarget, BEHAVIOURS));
describeRealEach(["kafka-3.9", "kafka-4"], "replay from Kafka", (component) =>
  suite(() => startKafka({ component, props: CLEANER }), REAL_BEHAVIOURS),
);
