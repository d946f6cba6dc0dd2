// What the faults of Redis look like to its clients.

import { describe, expect, test } from "bun:test";
import type { RedisClient } from "../../../src/stream/redis-client.ts";
import { FRONTS, onStage as onAnyStage, type StageRig } from "./stage-rig.ts";

const set = ({ commands }: RedisClient) => commands.set("key", "value");
const get = ({ commands }: RedisClient) => commands.get("key");

describe.each(FRONTS)("%s", (front) => {
  const onStage = (live: (rig: StageRig) => Promise<void>) => onAnyStage(live, front);

  describe("redis-down", () => {
    test("cuts connections and refuses new ones; afterwards clients are back and the data are there", () =>
      onStage(async ({ apply, clear, redisClient, timed, world }) => {
        const client = await redisClient();
        await world.outcome(set(client));
        const fault = await apply("redis-down");
        await world.advance(1_000);
        expect([client.connected, fault.hits()]).toEqual([false, 1]);
        expect((await timed(get(client))).result).toBe("failed");
        await clear(fault);
        await clear(fault);
        expect(await world.clock.runUntil(() => client.connected, 10_000)).toBe(true);
        expect(await world.outcome(get(client))).toBe("value");
      }));
  });

  test("redis-down takes all that ever came where its client waits before it connects again", () =>
    onStage(async ({ apply, clear, redisClient, world }) => {
      const client = await redisClient();
      const before = await apply("redis-down");
      // It has failed to connect again some times, and waits longer each time.
      await world.advance(5_000);
      await clear(before);
      expect(client.connected).toBe(false);
      expect((await apply("redis-down")).hits()).toBe(1);
    }));

  test("redis-down takes nothing where nobody ever came", () =>
    onStage(async ({ apply }) => {
      expect((await apply("redis-down")).hits()).toBe(0);
    }));

  describe("redis-latency", () => {
    test("delays every answer", () =>
      onStage(async ({ apply, clear, redisClient, timed }) => {
        const client = await redisClient();
        const fault = await apply("redis-latency", { delay_ms: 150 });
        expect(await timed(set(client))).toEqual({ result: "OK", tookMs: 150 });
        expect(await timed(get(client))).toEqual({ result: "value", tookMs: 150 });
        expect(fault.hits()).toBe(2);
        await clear(fault);
        expect((await timed(get(client))).tookMs).toBe(0);
      }));
  });

  describe("redis-errors", () => {
    test.each([
      ["oom", "OOM "],
      ["readonly", "READONLY "],
      ["misconf", "MISCONF "],
    ])("%s refuses to write, and can be read", (error, beginning) =>
      onStage(async ({ apply, clear, redisClient, world }) => {
        const client = await redisClient();
        await world.outcome(set(client));
        const fault = await apply("redis-errors", { error });
        const refusal = await world.outcome(set(client).catch((reason: Error) => reason.message));
        expect(refusal).toStartWith(beginning);
        expect(await world.outcome(get(client))).toBe("value");
        expect(fault.hits()).toBe(1);
        await clear(fault);
        expect(await world.outcome(set(client))).toBe("OK");
      }),
    );

    test("concerns scripts, which is how the server writes", () =>
      onStage(async ({ apply, redisClient, timed }) => {
        const client = await redisClient();
        const fault = await apply("redis-errors");
        expect((await timed(client.commands.evalsha("0".repeat(40), 0))).result).toBe("failed");
        expect(fault.hits()).toBe(1);
      }));
  });

  describe("redis-hang", () => {
    test("answers nothing; a client that has given up its connection has a new one afterwards", () =>
      onStage(async ({ apply, clear, redisClient, timed, world }) => {
        const client = await redisClient();
        const fault = await apply("redis-hang");
        const { result, tookMs } = await timed(get(client));
        // So long the client itself bears silence.
        expect([result, tookMs]).toEqual(["failed", 5_000]);
        expect(fault.hits()).toBeGreaterThan(0);
        await clear(fault);
        expect(await world.clock.runUntil(() => client.connected, 60_000)).toBe(true);
        expect(await world.outcome(set(client))).toBe("OK");
      }));
  });

  describe("redis-evict", () => {
    test("drops its share of the keys, again and again", () =>
      onStage(async ({ apply, clear, redisClient, world }) => {
        const client = await redisClient();
        const fill = async () => {
          for (let i = 0; i < 100; i++) await world.outcome(client.commands.set(`key ${i}`, "v"));
        };
        const left = async () => {
          const [cursor, keys] = await world.outcome(client.commands.scan("0", "COUNT", 1_000));
          expect(cursor).toBe("0");
          return keys.length;
        };
        await fill();
        const fault = await apply("redis-evict", { share: 0.3, every_seconds: 60 });
        expect(await left()).toBeWithin(50, 90);
        expect(fault.hits()).toBe(100 - (await left()));
        await fill();
        await world.advance(60_000);
        const later = await left();
        expect(later).toBeWithin(50, 90);
        await clear(fault);
        await world.advance(600_000);
        expect(await left()).toBe(later);
      }));
  });
});
