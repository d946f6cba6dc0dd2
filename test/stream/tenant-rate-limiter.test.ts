// The limiter with buckets of this process: answers at once, changed limits, and what shows in the metrics.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createStreamMetrics,
  type RateLimit,
  type SendLimiter,
  TenantRateLimiter,
} from "../../src/stream/index.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { manualClock } from "../support/manual-clock.ts";

const LIMIT: RateLimit = { messagesPerSecond: 10, burstCapacity: 20 };

function limiterRig(limit = LIMIT, log: Log = silentLog) {
  const clock = manualClock();
  const metrics = createStreamMetrics();
  const limiter = new TenantRateLimiter({ limit, clock, metrics, log });
  const series = async (name: string) => {
    const { body } = await metrics.expose(null);
    const lines = body.matchAll(
      new RegExp(`^dashstream_rate_limit_${name}_total\\{tenant_id="(.*)"\\} (.*)$`, "gm"),
    );
    return Object.fromEntries([...lines].map(([, tenant = "", value]) => [tenant, Number(value)]));
  };
  return { clock, limiter, metrics, series };
}

const wanted = (counts: Readonly<Record<string, number>>) => new Map(Object.entries(counts));

describe("a check", () => {
  test("is answered at once: all of its tokens or none", () => {
    const { limiter, clock } = limiterRig();
    expect(limiter.check("acme")).toBe(true);
    expect(limiter.check("acme", 20)).toBe(false);
    expect(limiter.check("acme", 19)).toBe(true);
    expect(limiter.check("acme")).toBe(false);
    expect(limiter.check("acme", 0)).toBe(true);
    expect(limiter.check("other", 21)).toBe(false);
    expect(limiter.check("other", 20)).toBe(true);
    clock.advance(100);
    expect([limiter.check("acme"), limiter.check("acme")]).toEqual([true, false]);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "of %p tokens is refused as a mistake",
    (count) => {
      const { limiter } = limiterRig();
      expect(() => limiter.check("acme", count)).toThrow(
        `count: ${count} tokens, a whole number from 0 on expected`,
      );
      expect(() => limiter.takeAll(wanted({ acme: count }))).toThrow("a whole number from 0 on expected");
    },
  );
});

test("a producer takes it as its limiter", () => {
  const limiter: SendLimiter = limiterRig({ messagesPerSecond: 0, burstCapacity: 1 }).limiter;
  expect([limiter.check("acme"), limiter.check("acme")]).toEqual([true, false]);
});

test("takeAll gives each tenant what is there, up to what it wants", () => {
  const { limiter, clock } = limiterRig();
  const taken = limiter.takeAll(wanted({ a: 5, b: 50, "": 3, none: 0 }));
  expect(taken).toEqual(wanted({ a: 5, b: 20, "": 3, none: 0 }));
  clock.advance(250);
  expect(limiter.takeAll(wanted({ a: 50, b: 50, "": 50 }))).toEqual(wanted({ a: 17, b: 2, "": 19 }));
  expect(limiter.takeAll(new Map())).toEqual(new Map());
});

describe("limits of tenants", () => {
  test("count at once, also for a bucket that is there; their end too", () => {
    const { limiter, clock } = limiterRig();
    void limiter.check("acme", 20);
    expect(limiter.setTenantLimit("acme", { messagesPerSecond: 1000, burstCapacity: 500 })).toBe(true);
    clock.advance(100);
    expect(limiter.takeAll(wanted({ acme: 1000 }))).toEqual(wanted({ acme: 100 }));
    expect(limiter.limits()).toEqual({
      byDefault: LIMIT,
      tenants: new Map([["acme", { messagesPerSecond: 1000, burstCapacity: 500 }]]),
    });
    expect(limiter.removeTenantLimit("acme")).toBe(true);
    expect(limiter.removeTenantLimit("acme")).toBe(false);
    clock.advance(60_000);
    expect(limiter.check("acme", 21)).toBe(false);
    expect(limiter.limits().tenants.size).toBe(0);
  });

  test("are normalised", () => {
    const { limiter } = limiterRig({ messagesPerSecond: 5, burstCapacity: 0 });
    expect(limiter.limits().byDefault).toEqual({ messagesPerSecond: 5, burstCapacity: 1 });
    limiter.setTenantLimit("acme", { messagesPerSecond: -5, burstCapacity: 2.5 });
    expect(limiter.limits().tenants.get("acme")).toEqual({ messagesPerSecond: 0, burstCapacity: 2 });
  });

  test("can be replaced all at once", () => {
    const { limiter } = limiterRig();
    limiter.setTenantLimit("old", { messagesPerSecond: 0, burstCapacity: 1 });
    limiter.setTenantLimit("kept", { messagesPerSecond: 0, burstCapacity: 2 });
    void limiter.check("old", 1);
    expect(
      limiter.replaceTenantLimits(
        new Map([
          ["kept", LIMIT],
          ["new", { ...LIMIT, burstCapacity: 50 }],
        ]),
      ),
    ).toEqual([]);
    expect([...limiter.limits().tenants.keys()].sort()).toEqual(["kept", "new"]);
    // It had used its one token.
    expect(limiter.check("old", 20)).toBe(false);
    expect(limiter.check("new", 50)).toBe(true);
  });

  test("beyond 10,000 are refused, which is said", () => {
    const warnings: unknown[] = [];
    const { limiter } = limiterRig(LIMIT, {
      ...silentLog,
      warn: (msg, fields) => warnings.push({ msg, ...fields }),
    });
    const many = new Map(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, LIMIT]));
    expect(limiter.replaceTenantLimits(many)).toEqual(["t10000"]);
    expect(limiter.setTenantLimit("one more", LIMIT)).toBe(false);
    expect(warnings).toEqual([
      {
        msg: "rate limiter: limit refused, too many tenants have limits of their own",
        tenant_id: "one more",
        max_tenants: 10_000,
      },
    ]);
    expect(limiter.replaceTenantLimits(new Map())).toEqual([]);
    expect(limiter.setTenantLimit("one more", LIMIT)).toBe(true);
  });
});

describe("the metrics", () => {
  test("count a check as one and each token of takeAll as one; both series of a tenant are there from its first", async () => {
    const { limiter, series } = limiterRig();
    void limiter.check("acme", 15);
    void limiter.check("acme", 15);
    void limiter.check("quiet", 0);
    void limiter.takeAll(wanted({ batch: 25 }));
    expect(await series("allowed")).toEqual({ acme: 1, quiet: 1, batch: 20 });
    expect(await series("exceeded")).toEqual({ acme: 1, quiet: 0, batch: 5 });
  });

  test("name a tenant by its id if that is a plain name, else by a digest", async () => {
    const { limiter, series } = limiterRig();
    const long = "x".repeat(64);
    for (const id of ["a.B-9_", long, `${long}x`, "", "two words", "ä"]) void limiter.check(id);
    expect(Object.keys(await series("allowed"))).toEqual([
      "a.B-9_",
      long,
      // The first 12 hex digits of the SHA-256 of each, computed with sha256sum.
      "tenant_9537c5fdf120",
      "tenant_e3b0c44298fc",
      "tenant_a03f1d611645",
      "tenant_33e6d73fee82",
    ]);
  });

  test("have series for the first 1,000 tenants, and one for all others", async () => {
    const { limiter, series } = limiterRig();
    for (let i = 0; i < 1_002; i++) void limiter.check(`t${i}`);
    void limiter.check("t0");
    void limiter.check("t1001", 30);
    const [allowed, exceeded] = [await series("allowed"), await series("exceeded")];
    expect(Object.keys(allowed)).toHaveLength(1_001);
    expect([allowed.t0, allowed.t999, allowed.overflow, exceeded.overflow]).toEqual([2, 1, 2, 1]);
  });
});

test("ids of any length are told apart and bounded", async () => {
  const { limiter } = limiterRig();
  const long = "x".repeat(100_000);
  limiter.setTenantLimit(`${long}1`, { messagesPerSecond: 0, burstCapacity: 1 });
  expect(
    limiter.takeAll(
      new Map([
        [`${long}1`, 5],
        [`${long}2`, 5],
      ]),
    ),
  ).toEqual(
    new Map([
      [`${long}1`, 1],
      [`${long}2`, 5],
    ]),
  );
  expect([...limiter.limits().tenants.keys()].every((id) => id.length <= 256)).toBe(true);
});

const limitOf = fc.record({
  messagesPerSecond: fc.integer({ min: 0, max: 100 }),
  burstCapacity: fc.integer({ min: 1, max: 50 }),
});
const tenantOf = fc.constantFrom("a", "b", "c");
const actions = fc.oneof(
  { weight: 4, arbitrary: fc.record({ check: tenantOf, count: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 4, arbitrary: fc.record({ a: fc.nat(60), b: fc.nat(60), c: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ elapsedMs: fc.integer({ min: 0, max: 3_000 }) }) },
  { weight: 1, arbitrary: fc.record({ set: tenantOf, limit: limitOf }) },
  { weight: 1, arbitrary: fc.record({ remove: tenantOf }) },
);

test("no schedule of checks, batches and changed limits gives a tenant more than a bucket of its own would", () => {
  fc.assert(
    fc.property(limitOf, fc.array(actions, { maxLength: 80 }), (limit, schedule) => {
      const { limiter, clock } = limiterRig(limit);
      // What each tenant may still have, by the definition of a bucket.
      const model = new Map(["a", "b", "c"].map((id) => [id, { ...limit, tokens: limit.burstCapacity }]));
      const of = (id: string) => model.get(id) ?? { ...limit, tokens: 0 };
      const change = (id: string, to: RateLimit) =>
        model.set(id, { ...to, tokens: Math.min(of(id).tokens, to.burstCapacity) });
      // A tenant that was never seen has no bucket yet, so it starts full under whatever limit counts then.
      for (const id of model.keys()) void limiter.check(id, 0);
      for (const step of schedule) {
        if ("elapsedMs" in step) {
          clock.advance(step.elapsedMs);
          for (const bucket of model.values()) {
            const back = (step.elapsedMs * bucket.messagesPerSecond) / 1000;
            bucket.tokens = Math.min(bucket.burstCapacity, bucket.tokens + back);
          }
        } else if ("set" in step) {
          limiter.setTenantLimit(step.set, step.limit);
          change(step.set, step.limit);
        } else if ("remove" in step) {
          limiter.removeTenantLimit(step.remove);
          change(step.remove, limit);
        } else if ("check" in step) {
          const bucket = of(step.check);
          const isGranted = limiter.check(step.check, step.count);
          // Sums of doubles may be off by a hair at the edge.
          if (Math.abs(bucket.tokens - step.count) > 1e-6)
            expect(isGranted).toBe(bucket.tokens >= step.count);
          if (isGranted) bucket.tokens -= step.count;
        } else {
          const taken = limiter.takeAll(wanted(step)) as ReadonlyMap<string, number>;
          for (const [id, got] of taken) {
            expect(got).toBeLessThanOrEqual(of(id).tokens + 1e-6);
            expect(got).toBeGreaterThan(Math.min(step[id as "a"], of(id).tokens) - 1);
            of(id).tokens -= got;
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});
