// What becomes of limits when Redis is slow, wrong, hangs or is gone: the process decides by itself, nobody waits
// longer than the time limit and that only now and then, everything is counted, and nobody gets a second burst.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createRedisServer, type RedisServer } from "../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../sim/verify/virtual-world.ts";
import { createStreamMetrics, type RateLimit, TenantRateLimiter } from "../../src/stream/index.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";

const LIMIT: RateLimit = { messagesPerSecond: 1, burstCapacity: 100 };
const TIMEOUT_MS = 250;
const OPERATIONS = ["new_connection", "rate_limit_check", "rate_limit_check_timeout", "fallback_to_local"];

interface LimitedWorld {
  readonly world: VirtualWorld;
  readonly server: RedisServer;
  readonly limiter: TenantRateLimiter;
  /** Messages of the log, as they came. */
  readonly logged: string[];
  /** Counted errors by operation. */
  errors(): Readonly<Record<string, number>>;
  latencyCount(): number;
  /** Takes tokens of one tenant, and says how long that took. */
  take(wanted: number, tenant?: string): Promise<{ readonly granted: number; readonly tookMs: number }>;
}

function limited<T>(
  live: (here: LimitedWorld) => Promise<T>,
  { limit = LIMIT, isUp = true, seed = 1 } = {},
): Promise<T> {
  return runVirtual({ seed, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const server = createRedisServer(world);
    await server.start();
    if (!isUp) await server.down();
    const metrics = createStreamMetrics({ rate_limit_redis: true });
    const logged: string[] = [];
    const keep: Log["error"] = (msg, fields) =>
      logged.push(fields?.repeated === undefined ? msg : `${msg}, ${String(fields.repeated)} times`);
    const log: Log = { ...silentLog, error: keep, info: keep };
    const { clock, network, random } = world;
    const settings = { host: server.host, port: server.port };
    const redis = { settings, network, random, timeoutMs: TIMEOUT_MS };
    const limiter = new TenantRateLimiter({ limit, clock, metrics, log, redis });
    await world.advance(10);
    const result = await live({
      world,
      server,
      limiter,
      logged,
      errors() {
        const entries = OPERATIONS.map((operation) => [
          operation,
          metrics.counter("dashstream_rate_limiter_redis_errors_total", { operation }).value,
        ]);
        return Object.fromEntries(entries.filter(([, count]) => count !== 0));
      },
      latencyCount: () =>
        metrics.histogram("dashstream_rate_limiter_redis_latency_ms", { operation: "rate_limit_check" })
          .count,
      async take(wanted, tenant = "acme") {
        const startMs = clock.monotonicMs();
        const answer = limiter.takeAll(new Map([[tenant, wanted]]));
        const taken = answer instanceof Promise ? await world.outcome(answer) : answer;
        return { granted: taken.get(tenant) ?? 0, tookMs: clock.monotonicMs() - startMs };
      },
    });
    limiter.close();
    await world.outcome(server.stop());
    await world.settled();
    expect(world.clock.pendingCount).toBe(0);
    return result;
  });
}

describe("while Redis hangs", () => {
  test("one call waits for the time limit, those after it are decided at once, and so it goes on with growing pauses", async () => {
    await limited(async ({ world, server, limiter, take, errors }) => {
      expect(await take(10)).toEqual({ granted: 10, tookMs: 0 });
      server.control("EVALSHA", () => ({ kind: "hang" }));
      expect(await take(10)).toEqual({ granted: 10, tookMs: TIMEOUT_MS });
      expect(await take(10)).toEqual({ granted: 10, tookMs: 0 });
      expect(errors()).toEqual({ rate_limit_check_timeout: 1, fallback_to_local: 2 });
      expect(limiter.state).toEqual({ store: "redis", connected: true, problem: "no answer in time" });
      // A batch each 10 ms for a minute: what all of them waited together.
      let waitedMs = 0;
      let longestMs = 0;
      while (world.clock.monotonicMs() < 60_000) {
        const { tookMs } = await take(1);
        waitedMs += tookMs;
        longestMs = Math.max(longestMs, tookMs);
        await world.advance(10);
      }
      expect(longestMs).toBe(TIMEOUT_MS);
      expect(waitedMs).toBeLessThan(60_000 * 0.1);
      expect(errors().rate_limit_check_timeout).toBeWithin(5, 25);
    });
  });

  test("calls at the same time wait together, and are one failure for the pause", async () => {
    await limited(async ({ world, server, limiter }) => {
      server.control("*", () => ({ kind: "hang" }));
      const both = [limiter.check("a"), limiter.check("b", 100)];
      const startMs = world.clock.monotonicMs();
      expect(await world.outcome(Promise.all(both))).toEqual([true, true]);
      expect(world.clock.monotonicMs() - startMs).toBe(TIMEOUT_MS);
      // As after one: two would be a pause of twice that.
      await world.advance(251);
      expect(limiter.check("a")).toBeInstanceOf(Promise);
    });
  });

  test("after a pause one call tries, and only that one waits", async () => {
    await limited(async ({ world, server, limiter, take }) => {
      server.control("*", () => ({ kind: "hang" }));
      await take(1);
      await world.advance(300);
      const probe = limiter.check("a");
      expect(probe).toBeInstanceOf(Promise);
      expect([limiter.check("b"), limiter.check("a", 100)]).toEqual([true, true]);
      expect(await world.outcome(Promise.resolve(probe))).toBe(false);
    });
  });
});

test("a Redis that works again is used again after the pause, with the buckets that it has", async () => {
  await limited(async ({ world, server, limiter, take, logged }) => {
    await take(60);
    const fault = server.control("EVALSHA", () => ({ kind: "error", error: "OOM command not allowed" }));
    expect((await take(10)).granted).toBe(10);
    fault.remove();
    expect(limiter.check("acme", 1)).toBe(true);
    await world.advance(260);
    // 40 were left in Redis when it failed.
    expect((await take(100)).granted).toBe(40);
    expect(limiter.state).toEqual({ store: "redis", connected: true, problem: null });
    await take(1);
    // Its failure and its return are said, each once.
    expect(logged).toEqual([
      "rate limiter: redis failed, limits are local for now",
      "rate limiter: redis answers again, limits are shared",
    ]);
  });
});

test("an outage is no second burst: what Redis granted is gone for the process too", async () => {
  await limited(async ({ world, server, take }) => {
    expect((await take(90)).granted).toBe(90);
    await world.outcome(server.down());
    await world.advance(10);
    expect((await take(100)).granted).toBe(10);
    await world.advance(5_000);
    expect((await take(100)).granted).toBe(5);
  });
});

test("nor is it one for tenants that are checked one by one", async () => {
  await limited(async ({ world, server, limiter }) => {
    expect(await world.outcome(Promise.resolve(limiter.check("acme", 90)))).toBe(true);
    await world.outcome(server.down());
    await world.advance(10);
    expect([limiter.check("acme", 20), limiter.check("acme", 10)]).toEqual([false, true]);
  });
});

test("after a Redis that worked again, the pauses begin anew", async () => {
  await limited(async ({ world, server, limiter, take }) => {
    const fault = server.control("EVALSHA", () => ({ kind: "error", error: "ERR broken" }));
    const untilTried = async (maxPauseMs: number) => {
      await take(1);
      await world.advance(maxPauseMs);
    };
    for (const pause of [250, 500, 1_000, 2_000]) await untilTried(pause);
    fault.remove();
    await take(1);
    expect(limiter.state).toMatchObject({ problem: null });
    server.control("EVALSHA", () => ({ kind: "error", error: "ERR broken" }), { times: 1 });
    await untilTried(251);
    await take(1);
    expect(limiter.state).toMatchObject({ problem: null });
  });
});

test("a late answer is of no consequence for the caller", async () => {
  await limited(async ({ world, server, take }) => {
    const slow = server.control("EVALSHA", () => ({ kind: "delay", delayMs: 400 }), { times: 1 });
    expect(await take(10)).toEqual({ granted: 10, tookMs: TIMEOUT_MS });
    expect(slow.hits).toBe(1);
    await world.advance(700);
    expect((await take(100)).granted).toBe(90);
  });
});

test("a slow Redis within the time limit is waited for, and its latency is observed", async () => {
  await limited(async ({ server, take, errors, latencyCount }) => {
    await take(1);
    server.control("*", () => ({ kind: "delay", delayMs: 100 }));
    expect(await take(10)).toEqual({ granted: 10, tookMs: 100 });
    expect([latencyCount(), errors()]).toEqual([2, {}]);
  });
});

describe("without a connection", () => {
  test("limits are local from the start, at once and counted, and shared as soon as Redis comes", async () => {
    await limited(
      async ({ world, server, limiter, take, errors }) => {
        expect(limiter.check("acme", 60)).toBe(true);
        expect(limiter.state).toMatchObject({ store: "redis", connected: false });
        expect(errors()).toEqual({ new_connection: 1, fallback_to_local: 1 });
        await world.outcome(server.up());
        await world.advance(6_000);
        expect(limiter.state).toMatchObject({ connected: true, problem: null });
        expect((await take(100)).granted).toBe(100);
      },
      { isUp: false },
    );
  });

  test("the first failure is logged, further ones only as a number", async () => {
    await limited(
      async ({ world, limiter, logged }) => {
        await world.advance(50_000);
        limiter.close();
        const text = "rate limiter: redis is not connected, limits are local for now";
        expect(logged[0]).toBe(text);
        expect(logged.slice(1).every((line) => /, \d+ times$/.test(line))).toBe(true);
      },
      { isUp: false },
    );
  });
});

test("a Redis that forgot everything does not hold its checks up", async () => {
  await limited(async ({ world, server, take, errors }) => {
    await take(10);
    await world.outcome(server.down());
    await world.outcome(server.up());
    await world.advance(6_000);
    expect(await take(10)).toEqual({ granted: 10, tookMs: 0 });
    expect(errors().rate_limit_check).toBeUndefined();
  });
});

const faults = fc.array(
  fc.record({
    fault: fc.constantFrom("none", "none", "error", "hang", "slow", "down"),
    steps: fc.array(
      fc.record({
        tenant: fc.constantFrom("a", "b"),
        wanted: fc.integer({ min: 0, max: 40 }),
        pauseMs: fc.integer({ min: 0, max: 2_000 }),
      }),
      { maxLength: 12 },
    ),
  }),
  { maxLength: 8 },
);

test("whatever Redis does and when, a process grants a tenant at most two bursts and twice what its rate brings", async () => {
  await fc.assert(
    fc.asyncProperty(faults, fc.nat(1_000), (phases, seed) =>
      limited(
        async ({ world, server, take }) => {
          const granted = new Map<string, number>();
          for (const { fault, steps } of phases) {
            if (fault === "down") await world.outcome(server.down());
            else await world.outcome(server.up());
            const rule = server.control("EVALSHA", () => {
              if (fault === "error") return { kind: "error", error: "ERR broken" };
              if (fault === "slow") return { kind: "delay", delayMs: 300, stage: "response" };
              return { kind: fault === "hang" ? "hang" : "pass" };
            });
            for (const { tenant, wanted, pauseMs } of steps) {
              const { granted: got, tookMs } = await take(wanted, tenant);
              expect(tookMs).toBeLessThanOrEqual(TIMEOUT_MS);
              expect(got).toBeLessThanOrEqual(wanted);
              granted.set(tenant, (granted.get(tenant) ?? 0) + got);
              await world.advance(pauseMs);
            }
            rule.remove();
          }
          const brought = (world.clock.monotonicMs() * LIMIT.messagesPerSecond) / 1000;
          for (const count of granted.values()) {
            expect(count).toBeLessThanOrEqual(2 * (LIMIT.burstCapacity + brought) + 1e-6);
          }
        },
        { seed },
      ),
    ),
    { numRuns: 40 },
  );
}, 60_000);
