// The bounded set of buckets: what may be forgotten, who shares, and that none of it makes tokens.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_BUCKETS, MAX_TENANT_LIMITS, TenantBuckets } from "../../src/stream/tenant-buckets.ts";
import type { RateLimit } from "../../src/stream/token-bucket.ts";

const LIMIT: RateLimit = { messagesPerSecond: 1, burstCapacity: 10 };

function take(buckets: TenantBuckets, tenantId: string, wanted: number, nowMs: number): number {
  return buckets.bucketOf(tenantId, nowMs).takeUpTo(wanted, nowMs);
}

/** As many tenants as there is room for, each with `missing` tokens below full. */
function full(missing: number): TenantBuckets {
  const buckets = new TenantBuckets(LIMIT);
  for (let i = 0; i < MAX_BUCKETS; i++) take(buckets, `t${i}`, missing, 0);
  return buckets;
}

describe("buckets of many tenants", () => {
  test("are apart from each other", () => {
    const buckets = new TenantBuckets(LIMIT);
    expect(take(buckets, "a", 10, 0)).toBe(10);
    expect(take(buckets, "b", 10, 0)).toBe(10);
    expect(take(buckets, "a", 10, 0)).toBe(0);
    expect(take(buckets, "", 10, 0)).toBe(10);
  });

  test("are bounded in number, and going round through ever new tenants gains nothing", () => {
    const buckets = new TenantBuckets(LIMIT);
    let granted = 0;
    for (let i = 0; i < 3 * MAX_BUCKETS; i++) granted += take(buckets, `t${i}`, 10, 0);
    expect(buckets.count).toBe(MAX_BUCKETS);
    // All who found no room had one burst together.
    expect(granted).toBe((MAX_BUCKETS + 1) * 10);
    for (let i = 0; i < 3 * MAX_BUCKETS; i++) granted += take(buckets, `t${i}`, 10, 0);
    expect(granted).toBe((MAX_BUCKETS + 1) * 10);
  });

  test("are forgotten when they are full again, which makes room", () => {
    const buckets = full(1);
    expect(take(buckets, "new", 10, 999)).toBe(10);
    expect(buckets.count).toBe(MAX_BUCKETS);
    expect(take(buckets, "newer", 10, 999)).toBe(0);
    // All but the shared one are full by now; that one is short of what the two took.
    expect(take(buckets, "newest", 10, 2_000)).toBe(1);
    expect(buckets.count).toBe(1);
  });

  test("who leaves the shared bucket starts with what that had left", () => {
    const buckets = full(1);
    expect(take(buckets, "guest", 8, 0)).toBe(8);
    expect(take(buckets, "guest", 10, 1_000)).toBe(3);
    expect(take(buckets, "guest", 10, 1_000)).toBe(0);
    // A full one again, once the shared bucket is full again.
    expect(take(buckets, "other", 10, 12_000)).toBe(10);
  });

  test("a tenant with a limit of its own has a bucket of its own however many others there are", () => {
    const buckets = full(10);
    take(buckets, "crowd", 10, 0);
    expect(buckets.setLimit("vip", { messagesPerSecond: 5, burstCapacity: 50 }, 0)).toBe(true);
    // Before, it may have been the one that emptied the shared bucket.
    expect(take(buckets, "vip", 100, 0)).toBe(40);
    expect(take(buckets, "vip", 100, 2_000)).toBe(10);
  });

  test("a tenant that shared a bucket does not get a lower limit of its own refilled at the others' rate", () => {
    const buckets = full(10);
    expect(take(buckets, "slow", 10, 0)).toBe(10);
    buckets.setLimit("slow", { messagesPerSecond: 0.1, burstCapacity: 10 }, 0);
    expect(take(buckets, "slow", 10, 9_999)).toBe(0);
    expect(take(buckets, "slow", 10, 10_000)).toBe(1);
  });

  test("a limit that goes away while there is no room leaves the shared bucket with no more than the tenant had", () => {
    const buckets = full(10);
    buckets.setLimit("vip", { messagesPerSecond: 1, burstCapacity: 20 }, 0);
    expect(take(buckets, "vip", 17, 0)).toBe(17);
    expect(buckets.removeLimit("vip", 0)).toBe(true);
    expect(take(buckets, "vip", 10, 0)).toBe(3);
    expect(take(buckets, "another", 10, 0)).toBe(0);
  });

  test("a limit of its own counts at once, as does its end", () => {
    const buckets = new TenantBuckets(LIMIT);
    take(buckets, "a", 10, 0);
    buckets.setLimit("a", { messagesPerSecond: 100, burstCapacity: 200 }, 1_000);
    expect(buckets.limitOf("a")).toEqual({ messagesPerSecond: 100, burstCapacity: 200 });
    expect(take(buckets, "a", 500, 1_000)).toBe(1);
    expect(take(buckets, "a", 500, 2_000)).toBe(100);
    expect(buckets.removeLimit("a", 12_000)).toBe(true);
    expect(take(buckets, "a", 500, 12_000)).toBe(10);
    expect(buckets.removeLimit("a", 12_000)).toBe(false);
    expect(buckets.limitOf("a")).toEqual(LIMIT);
  });

  test("limits of tenants are bounded, and what is refused changes nothing", () => {
    const buckets = new TenantBuckets(LIMIT);
    for (let i = 0; i < MAX_TENANT_LIMITS; i++) expect(buckets.setLimit(`t${i}`, LIMIT, 0)).toBe(true);
    const other = { messagesPerSecond: 2, burstCapacity: 2 };
    expect(buckets.setLimit("one more", other, 0)).toBe(false);
    expect(buckets.limitOf("one more")).toEqual(LIMIT);
    expect(buckets.setLimit("t1", other, 0)).toBe(true);
    expect(buckets.limitOf("t1")).toEqual(other);
    expect(buckets.tenantLimits().size).toBe(MAX_TENANT_LIMITS);
  });
});

test("no tenant gets more than its burst and what its rate brings, whatever is forgotten, shared and changed", () => {
  const tenants = fc.integer({ min: 0, max: 5 }).map((index) => `few${index}`);
  const schedule = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ take: tenants, wanted: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 3, arbitrary: fc.record({ elapsedMs: fc.integer({ min: 0, max: 4_000 }) }) },
      { weight: 1, arbitrary: fc.record({ crowd: fc.integer({ min: 1, max: 5 }) }) },
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(schedule, (steps) => {
      const buckets = full(1);
      let nowMs = 0;
      const granted = new Map<string, number>();
      for (const step of steps) {
        if ("elapsedMs" in step) nowMs += step.elapsedMs;
        else if ("crowd" in step) {
          // Takes the room again that was made.
          for (let i = 0; buckets.count < MAX_BUCKETS; i++)
            take(buckets, `c${nowMs}-${i}`, step.crowd, nowMs);
        } else {
          const got = take(buckets, step.take, step.wanted, nowMs);
          granted.set(step.take, (granted.get(step.take) ?? 0) + got);
        }
        expect(buckets.count).toBeLessThanOrEqual(MAX_BUCKETS);
        const allowed = LIMIT.burstCapacity + (nowMs * LIMIT.messagesPerSecond) / 1000;
        for (const count of granted.values()) expect(count).toBeLessThanOrEqual(allowed + 1e-6);
      }
    }),
    { numRuns: 60 },
  );
});
