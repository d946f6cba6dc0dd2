// The limiter with buckets in Redis: several limiters share them, nothing makes tokens, and keys live long enough. The
// same suite runs against the embedded server and a real Redis.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Redis } from "ioredis";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createStreamMetrics, type RateLimit, TenantRateLimiter } from "../../src/stream/index.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { type StartTarget, startEmbedded, startReal, type Target } from "../sim/redis/conformance/target.ts";
import { describeReal } from "../support/real-components.ts";

/** Refills nothing, so that what is granted does not depend on how long a test takes. */
const ONCE: RateLimit = { messagesPerSecond: 0, burstCapacity: 10 };
/** Nearly nothing, so that the time a bucket takes to fill up counts. */
const SLOW: RateLimit = { messagesPerSecond: 0.001, burstCapacity: 10 };
const KEY = "rate_limit:acme:bucket";

type Taken = ReadonlyMap<string, number>;

function sharesBuckets(start: StartTarget): void {
  let target: Target;
  let redis: Redis;
  let limiters: TenantRateLimiter[] = [];
  beforeAll(async () => {
    target = await start();
    redis = new Redis({ host: target.host, port: target.port });
  });
  beforeEach(() => redis.flushall());
  afterEach(() => {
    for (const limiter of limiters) limiter.close();
    limiters = [];
  });
  afterAll(async () => {
    redis.disconnect();
    await target.stop();
  });

  async function limiter(
    limit: RateLimit,
  ): Promise<TenantRateLimiter & { errors(operation: string): number }> {
    const metrics = createStreamMetrics({ rate_limit_redis: true });
    const settings = { host: target.host, port: target.port };
    const created = new TenantRateLimiter({
      limit,
      clock: systemClock,
      metrics,
      log: silentLog,
      redis: { settings, network: systemNetwork, random: seededRandom(1), timeoutMs: 10_000 },
    });
    limiters.push(created);
    // Every check before that would be decided by the limiter alone.
    const connected = () => created.state.store === "redis" && created.state.connected;
    while (!connected()) await redis.ping();
    const errors = (operation: string) =>
      metrics.counter("dashstream_rate_limiter_redis_errors_total", { operation }).value;
    return Object.assign(created, { errors });
  }

  const bucket = async () => (await redis.hmget(KEY, "tokens", "last_refill")).map(Number);

  test("three limiters grant one burst together", async () => {
    const three = [await limiter(ONCE), await limiter(ONCE), await limiter(ONCE)];
    const checks = Array.from({ length: 60 }, (_, i) => three[i % 3]?.check("acme"));
    const granted = (await Promise.all(checks)).filter((isGranted) => isGranted === true);
    expect(granted).toHaveLength(10);
    expect(three.map((one) => one.errors("fallback_to_local"))).toEqual([0, 0, 0]);
  });

  test("tenants are apart, also those whose ids look alike", async () => {
    const one = await limiter(ONCE);
    const wanted = new Map(["acme", "acme:bucket", "", ":", "rate_limit:acme", "ä"].map((id) => [id, 7]));
    expect(await one.takeAll(wanted)).toEqual(wanted);
    expect([...(await one.takeAll(wanted)).values()]).toEqual([3, 3, 3, 3, 3, 3]);
    expect(await redis.exists(KEY, "rate_limit::bucket", "rate_limit:acme:bucket:bucket")).toBe(3);
  });

  test("a check takes all of its tokens or none, takeAll what is there", async () => {
    const one = await limiter(ONCE);
    expect(await one.check("acme", 8)).toBe(true);
    expect(await one.check("acme", 3)).toBe(false);
    expect(await one.takeAll(new Map([["acme", 3]]))).toEqual(new Map([["acme", 2]]));
    expect(await one.check("acme", 1)).toBe(false);
    expect(one.check("acme", 0)).toBe(true);
    expect(one.check("acme", 11)).toBe(false);
  });

  test("a bucket refills by the clock of Redis", async () => {
    const one = await limiter({ messagesPerSecond: 2, burstCapacity: 1_000 });
    await one.check("acme", 1_000);
    const [, lastRefill = 0] = await bucket();
    await redis.hset(KEY, "tokens", 0, "last_refill", lastRefill - 100);
    const taken = await one.takeAll(new Map([["acme", 1_000]]));
    expect(taken.get("acme")).toBeWithin(200, 260);
  });

  test("a clock of Redis that goes back takes no token away, and counting goes on from there", async () => {
    const one = await limiter(SLOW);
    await one.check("acme", 4);
    const [, lastRefill = 0] = await bucket();
    await redis.hset(KEY, "last_refill", lastRefill + 3_600);
    expect(await one.check("acme", 6)).toBe(true);
    const [tokens = -1, now = 0] = await bucket();
    expect(tokens).toBeWithin(0, 1);
    expect(now).toBeLessThan(lastRefill + 60);
  });

  test("a bucket is kept for an hour after each check, and longer if it is not full again by then", async () => {
    const one = await limiter({ messagesPerSecond: 100, burstCapacity: 1_000 });
    await one.check("acme");
    await redis.expire(KEY, 10);
    await one.check("acme", 999);
    await one.check("acme", 999);
    expect(await redis.ttl(KEY)).toBeWithin(3_540, 3_601);
    const slow = await limiter(SLOW);
    await slow.check("slow", 10);
    expect(await redis.ttl("rate_limit:slow:bucket")).toBeWithin(9_940, 10_001);
    const once = await limiter(ONCE);
    await once.check("once");
    expect(await redis.ttl("rate_limit:once:bucket")).toBeGreaterThan(99 * 365 * 86_400);
  });

  test("a changed limit counts for the bucket in Redis: the old rate until now, the new one after, kept long enough", async () => {
    const one = await limiter({ messagesPerSecond: 1, burstCapacity: 100 });
    await one.check("acme", 100);
    const [, lastRefill = 0] = await bucket();
    await redis.hset(KEY, "last_refill", lastRefill - 20);
    one.setTenantLimit("acme", { messagesPerSecond: 0.001, burstCapacity: 50 });
    // Goes over the same connection, so it is answered after that.
    await one.check("other");
    expect((await bucket())[0]).toBeWithin(20, 80);
    expect(await redis.ttl(KEY)).toBeWithin(49_900, 50_001);
    one.replaceTenantLimits(new Map([["acme", { messagesPerSecond: 0, burstCapacity: 5 }]]));
    expect(await one.takeAll(new Map([["acme", 50]]))).toEqual(new Map([["acme", 5]]));
    one.removeTenantLimit("acme");
    expect(await one.check("acme", 1)).toBe(false);
  });

  test("a limit for a tenant that has no bucket makes none", async () => {
    const one = await limiter(ONCE);
    one.setTenantLimit("acme", SLOW);
    await one.check("other");
    expect(await redis.exists(KEY)).toBe(0);
  });

  test("a Redis that forgot the script gets it again, and no check notices", async () => {
    const one = await limiter(ONCE);
    await one.check("acme", 2);
    await redis.script("FLUSH");
    expect(
      await one.takeAll(
        new Map([
          ["acme", 5],
          ["other", 20],
        ]),
      ),
    ).toEqual(
      new Map([
        ["acme", 5],
        ["other", 10],
      ]),
    );
    expect(one.errors("rate_limit_check")).toBe(0);
  });

  test("a key that is no bucket is an error, and that tenant is limited by the process", async () => {
    const one = await limiter(ONCE);
    await redis.set(KEY, "text");
    expect(
      await one.takeAll(
        new Map([
          ["acme", 20],
          ["other", 20],
        ]),
      ),
    ).toEqual(
      new Map([
        ["acme", 10],
        ["other", 10],
      ]),
    );
    expect([one.errors("rate_limit_check"), one.errors("fallback_to_local")]).toEqual([1, 1]);
    expect(one.state).toMatchObject({ problem: expect.stringContaining("WRONGTYPE") });
  });

  test("no schedule of two limiters makes tokens", async () => {
    const both = [await limiter(ONCE), await limiter(ONCE)];
    const step = fc.record({
      who: fc.nat(1),
      tenant: fc.constantFrom("a", "b"),
      count: fc.integer({ min: 0, max: 6 }),
      all: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (schedule) => {
        await redis.flushall();
        const asked = schedule.map(async ({ who, tenant, count, all }) => {
          const one = both[who];
          if (all) return [tenant, (await one?.check(tenant, count)) ? count : 0] as const;
          const taken: Taken | undefined = await one?.takeAll(new Map([[tenant, count]]));
          return [tenant, taken?.get(tenant) ?? 0] as const;
        });
        const granted = new Map<string, number>();
        for (const [tenant, count] of await Promise.all(asked)) {
          granted.set(tenant, (granted.get(tenant) ?? 0) + count);
        }
        for (const count of granted.values()) expect(count).toBeLessThanOrEqual(10);
      }),
      { numRuns: 60 },
    );
    expect(both.map((one) => one.errors("fallback_to_local"))).toEqual([0, 0]);
  });
}

describe("on the embedded server", () => sharesBuckets(startEmbedded));

describeReal("redis-server", "on a real Redis", () => {
  sharesBuckets(startReal);

  test("an answer that came in time counts, also if the process was too busy to read it", async () => {
    const target = await startReal();
    const metrics = createStreamMetrics({ rate_limit_redis: true });
    const limiter = new TenantRateLimiter({
      limit: ONCE,
      clock: systemClock,
      metrics,
      log: silentLog,
      redis: {
        settings: { host: target.host, port: target.port },
        network: systemNetwork,
        random: seededRandom(1),
        timeoutMs: 300,
      },
    });
    const redis = new Redis({ host: target.host, port: target.port });
    while (limiter.state.store === "redis" && !limiter.state.connected) await redis.ping();
    await limiter.check("acme", 1);
    const answer = limiter.check("acme", 9);
    const busyUntilMs = performance.now() + 600;
    while (performance.now() < busyUntilMs);
    expect(await answer).toBe(true);
    expect(await redis.hget(KEY, "tokens")).toBe("0");
    expect(limiter.state).toMatchObject({ problem: null });
    limiter.close();
    redis.disconnect();
    await target.stop();
  });
});
