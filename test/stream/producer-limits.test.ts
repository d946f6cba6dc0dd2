// Producers that share the limits of their tenants through Redis: together they send one burst, what is refused takes
// up no number, and without Redis each goes on by itself. Embedded servers first, then real ones.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import {
  createStreamMetrics,
  type Producer,
  type RateLimit,
  TenantRateLimiter,
} from "../../src/stream/index.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import {
  type Target as RedisTarget,
  type StartTarget as StartRedis,
  startEmbedded,
  startReal,
} from "../sim/redis/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { describeReal } from "../support/real-components.ts";
import { count, firstArrivals, inOrder, LibraryScene } from "./library-scene.ts";

const TIMEOUT_MS = 60_000;
/** Refills nothing, so that what is granted does not depend on how long a test takes. */
const LIMIT: RateLimit = { messagesPerSecond: 0, burstCapacity: 40 };

interface LimitedProducer {
  readonly producer: Producer;
  readonly metrics: Metrics;
  readonly limiter: TenantRateLimiter;
}

function sharedLimits(startKafka: () => Promise<Target>, startRedis: StartRedis): void {
  let kafka: Target;
  let redis: RedisTarget;
  let scene: LibraryScene;
  let limiters: TenantRateLimiter[];
  let topics = 0;
  beforeAll(async () => {
    [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([kafka.stop(), redis.stop()]);
  }, TIMEOUT_MS);
  beforeEach(async () => {
    limiters = [];
    scene = await LibraryScene.open(kafka, `limited-${++topics}`, 2);
  });
  afterEach(async () => {
    await scene.close();
    for (const limiter of limiters) limiter.close();
  });

  const works = ({ state }: TenantRateLimiter) =>
    state.store === "redis" && state.connected && state.problem === null;

  async function limited(): Promise<LimitedProducer> {
    const metrics = createStreamMetrics({ rate_limit_redis: true });
    const settings = { host: redis.host, port: redis.port };
    const limiter = new TenantRateLimiter({
      limit: LIMIT,
      clock: systemClock,
      metrics,
      log: silentLog,
      redis: { settings, network: systemNetwork, random: seededRandom(limiters.length) },
    });
    limiters.push(limiter);
    await eventually(() => works(limiter));
    return { producer: scene.producer({ metrics, limiter }), metrics, limiter };
  }

  /** Sends `messages` at once and gives how many Kafka has. */
  async function send({ producer }: LimitedProducer, tenantId: string, threadId: string, messages: number) {
    const header = { tenantId, threadId };
    const sent = await Promise.allSettled(
      Array.from({ length: messages }, () => producer.send({ event: { header } })),
    );
    for (const result of sent) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "rate_limited" });
    }
    return sent.filter(({ status }) => status === "fulfilled").length;
  }

  const refused = (...producers: readonly LimitedProducer[]) =>
    producers.map(({ metrics }) =>
      count(metrics, "dashstream_send_refusals_total", { reason: "rate_limited" }),
    );
  const alone = ({ metrics }: LimitedProducer) =>
    count(metrics, "dashstream_rate_limiter_redis_errors_total", { operation: "fallback_to_local" });

  test(
    "two producers send one burst of a tenant together; others are not touched, and no number is missing",
    async () => {
      const [one, two] = [await limited(), await limited()];
      const [fromOne, fromTwo, others] = await Promise.all([
        send(one, "acme", "run-1", 30),
        send(two, "acme", "run-2", 30),
        send(two, "other", "run-3", 10),
      ]);
      expect(fromOne + fromTwo).toBe(40);
      expect(others).toBe(10);
      expect(refused(one, two)).toEqual([30 - fromOne, 30 - fromTwo]);
      expect([one, two].map(alone)).toEqual([0, 0]);
      const reader = scene.reader({ reorderWindow: 0 });
      reader.consumer.start();
      await scene.until(() => reader.received.length === 50);
      const arrived = firstArrivals(reader.received);
      expect(arrived.get("run-1") ?? []).toEqual(inOrder(["run-1"], fromOne).get("run-1") ?? []);
      expect(arrived.get("run-2") ?? []).toEqual(inOrder(["run-2"], fromTwo).get("run-2") ?? []);
      expect(arrived.get("run-3")).toEqual(inOrder(["run-3"], 10).get("run-3"));
      expect((await scene.endOffsets()).reduce((a, b) => a + b)).toBe(50);
    },
    TIMEOUT_MS,
  );

  test(
    "without Redis each goes on with what it has left itself, and shares again when Redis is back",
    async () => {
      const [one, two] = [await limited(), await limited()];
      expect(await send(one, "tenant", "run-1", 30)).toBe(30);
      await redis.down();
      expect(await send(one, "tenant", "run-1", 30)).toBe(10);
      expect(await send(two, "tenant", "run-2", 50)).toBe(40);
      expect(alone(one)).toBeGreaterThan(0);
      await redis.up();
      // A limiter looks for Redis again with its next check.
      await eventually(async () => {
        await Promise.all([send(one, "probe", "run-3", 1), send(two, "probe", "run-4", 1)]);
        return works(one.limiter) && works(two.limiter);
      });
      const before = [one, two].map(alone);
      const shared = await Promise.all([send(one, "new", "run-5", 30), send(two, "new", "run-6", 30)]);
      expect(shared[0] + shared[1]).toBe(40);
      expect([one, two].map(alone)).toEqual(before);
      const client = new Redis({ host: redis.host, port: redis.port });
      expect(await client.hget("rate_limit:new:bucket", "tokens")).toBe("0");
      client.disconnect();
    },
    TIMEOUT_MS,
  );
}

describe("limited producers on the embedded broker and Redis", () =>
  sharedLimits(embeddedTarget, startEmbedded));

for (const release of ["kafka-3.9", "kafka-4"] as const) {
  describeReal([release, "redis-server"], `limited producers on ${release} and a real Redis`, () =>
    sharedLimits(() => realTarget(release), startReal),
  );
}
