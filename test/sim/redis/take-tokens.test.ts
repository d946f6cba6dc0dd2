// The script of tenant buckets and its stand-in give the same answers and leave the same bucket, over a long random
// sequence that a real Redis runs too. Only the time is replaced in the Lua text, so that both have the same.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import type { CommandContext } from "../../../sim/redis/command.ts";
import { Keyspace } from "../../../sim/redis/keyspace.ts";
import { takeTokensScript } from "../../../sim/redis/scripts/take-tokens.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { TAKE_TOKENS_SCRIPT } from "../../../src/stream/tenant-bucket-script.ts";
import { describeReal } from "../../support/real-components.ts";
import { type RealRedis, startRedis } from "../../support/redis/start-redis.ts";

const STEPS = 4_000;
const FIRST_MS = Date.UTC(2026, 0, 1);
/** Longer than all time that passes. */
const KEEP_SECONDS = 1_000_000;

interface Step {
  readonly nowMs: number;
  readonly key: string;
  readonly args: readonly (string | number)[];
}

function randomSteps(seed: number): readonly Step[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T;
  let nowMs = FIRST_MS;
  return Array.from({ length: STEPS }, (_, index) => {
    // Mostly forward, now and then back, seldom far.
    nowMs += pick([0, 1, 3, 17, 250, 999, 1_000, 60_000, -1, -40, -5_000]);
    const wanted = pick([0, 1, 1, 2, 7, 30, 1_000]);
    const capacity = pick([0, 1, 5, 20, 1_000]);
    const rate = pick([0, 0.1, 1, 1 / 3, 7.77, 100, 12_345.678, 1e-7]);
    const keep = KEEP_SECONDS + (index % 1_000);
    return { nowMs, key: pick(["a", "b", "c"]), args: [wanted, capacity, rate, pick(["all", "some"]), keep] };
  });
}

interface State {
  readonly granted: number;
  /** Tokens and time of the last refill, as numbers: both servers may write them in other digits. */
  readonly bucket: readonly (number | null)[];
  /** Seconds to live. */
  readonly ttl: number;
}

const numbersOf = (texts: readonly (string | null)[]) =>
  texts.map((text) => (text === null ? null : Number(text)));

/** The state after each step, by the Lua text in a real Redis. */
async function inRedis(redis: Redis, steps: readonly Step[]): Promise<readonly State[]> {
  const timed = TAKE_TOKENS_SCRIPT.replace("redis.call('TIME')", "{ARGV[6], ARGV[7]}");
  expect(timed).not.toBe(TAKE_TOKENS_SCRIPT);
  const digest = String(await redis.script("LOAD", timed));
  const pipeline = redis.pipeline();
  for (const { nowMs, key, args } of steps) {
    pipeline.evalsha(digest, 1, key, ...args, Math.floor(nowMs / 1000), (nowMs % 1000) * 1000);
    pipeline.hmget(key, "tokens", "last_refill").ttl(key);
  }
  const replies = (await pipeline.exec()) ?? [];
  const reply = (index: number) => {
    const [error, answer] = replies[index] ?? [new Error("no reply")];
    if (error) throw error;
    return answer;
  };
  return steps.map((_, i) => ({
    granted: Number(reply(3 * i)),
    bucket: numbersOf(reply(3 * i + 1) as (string | null)[]),
    ttl: Number(reply(3 * i + 2)),
  }));
}

/** The same by the stand-in. */
function inStandIn(steps: readonly Step[]): readonly State[] {
  const keyspace = new Keyspace();
  return steps.map(({ nowMs, key, args }) => {
    const context: CommandContext = {
      client: { id: 1, name: "", database: 0, protocol: 2, authenticated: true },
      databases: [keyspace],
      scripts: new Map(),
      loadedScripts: new Set(),
      password: null,
      nowMs,
    };
    const granted = takeTokensScript.run(
      [Buffer.from(key)],
      args.map((arg) => Buffer.from(String(arg))),
      context,
    );
    const value = keyspace.get(key, nowMs);
    const fields = value?.type === "hash" ? value.fields : new Map<string, Buffer>();
    const texts = ["tokens", "last_refill"].map((name) => fields.get(name)?.toString() ?? null);
    const expiresMs = keyspace.expiry(key, nowMs);
    const ttl = typeof expiresMs === "number" ? (expiresMs - nowMs) / 1000 : NO_KEY;
    return { granted: Number(granted), bucket: numbersOf(texts), ttl };
  });
}

const NO_KEY = -2;
/** Redis' own clock goes on while it runs. */
const TTL_SLACK_SECONDS = 60;

describeReal("redis-server", "the script of tenant buckets", () => {
  let real: RealRedis;
  let redis: Redis;
  beforeAll(async () => {
    real = await startRedis();
    redis = new Redis({ host: real.host, port: real.port });
  });
  afterAll(async () => {
    redis.disconnect();
    await real.stop();
  });

  test.each([7, 8])("and its stand-in agree at every step of sequence %d", async (seed) => {
    await redis.flushall();
    const steps = randomSteps(seed);
    const [expected, found] = [await inRedis(redis, steps), inStandIn(steps)];
    const withoutTtl = ({ granted, bucket }: State, index: number) => ({ index, granted, bucket });
    expect(found.map(withoutTtl)).toEqual(expected.map(withoutTtl));
    found.forEach(({ ttl }, index) => {
      expect(Math.abs(ttl - (expected[index]?.ttl ?? 0))).toBeLessThan(TTL_SLACK_SECONDS);
    });
  });
});
