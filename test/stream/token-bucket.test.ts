import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { normalizeLimit, type RateLimit, TokenBucket } from "../../src/stream/token-bucket.ts";

const limit = (messagesPerSecond: number, burstCapacity: number): RateLimit => ({
  messagesPerSecond,
  burstCapacity,
});

describe("a limit as it counts", () => {
  test.each([
    [limit(100, 1000), limit(100, 1000)],
    [limit(0.5, 3), limit(0.5, 3)],
    [limit(10, 0), limit(10, 1)],
    [limit(0, 0), limit(0, 0)],
    [limit(-1, 5), limit(0, 5)],
    [limit(Number.NaN, 5), limit(0, 5)],
    [limit(Number.POSITIVE_INFINITY, 5), limit(0, 5)],
    [limit(10, 2.9), limit(10, 2)],
    [limit(10, 0.9), limit(10, 1)],
    [limit(10, -3), limit(10, 1)],
    [limit(10, Number.NaN), limit(10, 1)],
    [limit(0, Number.NaN), limit(0, 0)],
    [limit(1, 1e300), limit(1, Number.MAX_SAFE_INTEGER)],
  ])("%p is %p", (given, counts) => {
    expect(normalizeLimit(given)).toEqual(counts);
  });
});

describe("a bucket", () => {
  test("starts full, gives whole tokens, and refills at its rate up to its capacity", () => {
    const bucket = new TokenBucket(limit(2, 5), 0);
    expect(bucket.takeUpTo(9, 0)).toBe(5);
    expect(bucket.takeUpTo(9, 499)).toBe(0);
    expect(bucket.takeUpTo(9, 500)).toBe(1);
    expect(bucket.takeUpTo(9, 1_499)).toBe(1);
    expect(bucket.takeUpTo(9, 1_500)).toBe(1);
    expect(bucket.takeUpTo(9, 60_000)).toBe(5);
  });

  test("gives all of what is asked or nothing; more than its capacity never, nothing always", () => {
    const bucket = new TokenBucket(limit(1, 5), 0);
    expect(bucket.take(6, 0)).toBe(false);
    expect(bucket.take(3, 0)).toBe(true);
    expect(bucket.take(3, 0)).toBe(false);
    expect(bucket.take(2, 0)).toBe(true);
    expect(bucket.take(0, 0)).toBe(true);
    expect(bucket.take(6, 1_000_000)).toBe(false);
    expect(bucket.take(5, 1_000_000)).toBe(true);
  });

  test("says how many whole tokens are there, and how long it takes until there are more", () => {
    const bucket = new TokenBucket(limit(2, 5), 0);
    expect(bucket.available(0)).toBe(5);
    expect(bucket.waitMs(5, 0)).toBe(0);
    bucket.take(5, 0);
    expect(bucket.waitMs(1, 250)).toBe(250);
    expect(bucket.available(499)).toBe(0);
    expect(bucket.available(500)).toBe(1);
    expect(bucket.waitMs(3, 500)).toBe(1_000);
  });

  test("with rate 0 gives its burst once and then never again", () => {
    const bucket = new TokenBucket(limit(0, 2), 0);
    expect(bucket.takeUpTo(9, 0)).toBe(2);
    expect(bucket.takeUpTo(9, 1e12)).toBe(0);
  });

  test("refills at the old rate until its limit changes, and keeps no more than the new capacity", () => {
    const bucket = new TokenBucket(limit(1, 10), 0);
    bucket.takeUpTo(10, 0);
    bucket.setLimit(limit(1000, 100), 3_000);
    expect(bucket.takeUpTo(100, 3_000)).toBe(3);
    expect(bucket.takeUpTo(100, 3_010)).toBe(10);
    bucket.setLimit(limit(1000, 4), 10_000);
    expect(bucket.takeUpTo(100, 10_000)).toBe(4);
  });

  test("loses nothing and gains nothing when the clock goes back, and counts on from there", () => {
    const bucket = new TokenBucket(limit(1, 10), 100_000);
    bucket.takeUpTo(7, 100_000);
    expect(bucket.missingTokens(40_000)).toBe(7);
    expect(bucket.missingTokens(42_000)).toBe(5);
  });
});

const limits = fc.record({
  messagesPerSecond: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 50, noNaN: true })),
  burstCapacity: fc.integer({ min: 0, max: 200 }),
});
const steps = fc.array(
  fc.record({
    // Now and then back in time.
    elapsedMs: fc.integer({ min: -200, max: 2_000 }),
    wanted: fc.integer({ min: 0, max: 250 }),
    mode: fc.constantFrom("all", "some"),
    limit: fc.option(limits, { freq: 8, nil: null }),
  }),
  { maxLength: 80 },
);
/** Sums of doubles are off by no more than this here. */
const ROUNDING = 1e-6;

test("over any schedule, also of changed limits, a bucket holds between nothing and its capacity and makes no tokens", () => {
  fc.assert(
    fc.property(limits, steps, (first, schedule) => {
      let now = normalizeLimit(first);
      let clockMs = 0;
      const bucket = new TokenBucket(now, clockMs);
      // What may have been granted since the limit last changed, from what was there then.
      let allowed = now.burstCapacity;
      let granted = 0;
      for (const { elapsedMs, wanted, mode, limit: changed } of schedule) {
        clockMs += elapsedMs;
        allowed += (Math.max(0, elapsedMs) * now.messagesPerSecond) / 1000;
        if (changed !== null) {
          const missing = bucket.missingTokens(clockMs);
          allowed = Math.min(now.burstCapacity - missing, normalizeLimit(changed).burstCapacity);
          granted = 0;
          now = normalizeLimit(changed);
          bucket.setLimit(now, clockMs);
        }
        if (mode === "some") {
          const some = bucket.takeUpTo(wanted, clockMs);
          expect(Number.isInteger(some) && some >= 0 && some <= wanted).toBe(true);
          granted += some;
        } else if (bucket.take(wanted, clockMs)) granted += wanted;
        expect(granted).toBeLessThanOrEqual(allowed + ROUNDING);
        const missing = bucket.missingTokens(clockMs);
        expect(missing).toBeGreaterThanOrEqual(0);
        expect(missing).toBeLessThanOrEqual(now.burstCapacity);
      }
    }),
    { numRuns: 500 },
  );
});

test("asking often instead of seldom takes nothing from a tenant", () => {
  fc.assert(
    fc.property(limits, fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 50 }), (given, pauses) => {
      const rate = normalizeLimit(given);
      const [often, seldom] = [new TokenBucket(rate, 0), new TokenBucket(rate, 0)];
      often.takeUpTo(rate.burstCapacity, 0);
      seldom.takeUpTo(rate.burstCapacity, 0);
      let clockMs = 0;
      for (const pause of pauses) {
        clockMs += pause;
        often.missingTokens(clockMs);
      }
      expect(often.missingTokens(clockMs)).toBeCloseTo(seldom.missingTokens(clockMs), 6);
    }),
  );
});
