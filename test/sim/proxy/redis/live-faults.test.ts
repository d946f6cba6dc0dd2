// Each fault that needs Redis, on a real one behind the proxy: it takes, ioredis sees what it is meant to do, and when it is
// cleared everything is as before.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { FAULTS } from "../../../../sim/faults/faults.ts";
import { createRedisFaultProxy, type RedisFaultProxy } from "../../../../sim/proxy/redis/redis-proxy.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { eventually } from "../../../support/eventually.ts";
import { type ManualClock, manualClock } from "../../../support/manual-clock.ts";
import { describeReal } from "../../../support/real-components.ts";
import { type RealRedis, startRedis } from "../../../support/redis/start-redis.ts";
import { applyLive, watched } from "../live-rig.ts";

const PASSWORD = "secret";

describe("the faults of Redis", () => {
  test("are those that are tried here", () => {
    const ofRedis = [...FAULTS.values()].filter(({ needs }) => needs.includes("redis"));
    expect(ofRedis.map(({ name }) => name)).toEqual([
      "redis-down",
      "redis-errors",
      "redis-evict",
      "redis-hang",
      "redis-latency",
    ]);
  });
});

describeReal("redis-server", "faults on a real Redis", () => {
  let behind: RealRedis;
  let clock: ManualClock;
  let proxy: RedisFaultProxy;
  let client: Redis;

  const connect = () => {
    const { host, port } = proxy;
    const redis = new Redis({
      host,
      port,
      password: PASSWORD,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
    });
    redis.on("error", () => {});
    return redis;
  };
  const apply = (name: string, params: Readonly<Record<string, unknown>> = {}) =>
    applyLive({ clock, kafka: null, redis: proxy }, name, params);
  const message = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);

  beforeAll(async () => {
    behind = await startRedis({ password: PASSWORD });
  });
  beforeEach(async () => {
    clock = manualClock();
    proxy = createRedisFaultProxy({
      network: systemNetwork,
      clock,
      upstream: { host: behind.host, port: behind.port, password: PASSWORD },
      listen: { host: "127.0.0.1", port: 0 },
    });
    await proxy.start();
    client = connect();
    await client.connect();
    await client.flushall();
  });
  afterEach(async () => {
    client.disconnect();
    await proxy.stop();
  });
  afterAll(() => behind.stop());

  test("redis-down: connections are cut and refused; afterwards the data are there", async () => {
    await client.set("key", "value");
    const fault = await apply("redis-down");
    await eventually(() => client.status === "end");
    const late = connect();
    expect(await message(late.connect())).toContain("Connection is closed");
    expect(fault.hits()).toBe(1);
    await fault.clear();
    await client.connect();
    expect(await client.get("key")).toBe("value");
  });

  test("redis-errors: writes are refused in their places of a pipeline, reads are not", async () => {
    await client.set("key", "before");
    const fault = await apply("redis-errors", { error: "readonly" });
    const results = await client.pipeline().get("key").set("key", "after").get("key").exec();
    expect(results?.map(([error, answer]) => error?.message.split(" ")[0] ?? answer)).toEqual([
      "before",
      "READONLY",
      "before",
    ]);
    expect(fault.hits()).toBe(1);
    await fault.clear();
    expect(await client.set("key", "after")).toBe("OK");
  });

  test("redis-errors: a transaction with a refused command is discarded, as Redis does it", async () => {
    const fault = await apply("redis-errors");
    const transaction = client.multi().incr("count").set("key", "value").exec();
    expect(await message(transaction)).toStartWith("EXECABORT");
    await fault.clear();
    expect(await client.exists("count", "key")).toBe(0);
    const results = await client.multi().incr("count").set("key", "value").exec();
    expect(results?.map(([, answer]) => answer)).toEqual([1, "OK"]);
  });

  test("redis-hang: no command is answered; a new connection is, afterwards", async () => {
    const fault = await apply("redis-hang");
    const state = watched(client.get("key").catch(() => null));
    await eventually(() => fault.hits() === 1);
    await fault.clear();
    const other = connect();
    await other.connect();
    expect([await other.set("key", "value"), state.settled]).toEqual(["OK", false]);
    other.disconnect();
  });

  test("redis-latency: commands that come together are late together", async () => {
    const fault = await apply("redis-latency", { delay_ms: 200 });
    const pair = Promise.all([client.set("key", "value"), client.get("key")]);
    const state = watched(pair);
    await eventually(() => fault.hits() === 1);
    clock.advance(199);
    expect(state.settled).toBe(false);
    clock.advance(1);
    expect(await pair).toEqual(["OK", "value"]);
    expect(fault.hits()).toBe(2);
    await fault.clear();
    expect(await client.get("key")).toBe("value");
  });

  test("redis-evict: its share of the keys of all databases is dropped, again and again", async () => {
    // Asked on a connection of its own, which waits on the clock only if it fails.
    const other = connect();
    await other.connect();
    await other.select(3);
    const fill = async () => {
      for (const redis of [client, other]) {
        await redis.mset(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key ${i}`, "v"])));
      }
    };
    const left = async () => [await client.dbsize(), await other.dbsize()];
    await fill();
    const fault = await apply("redis-evict", { share: 0.3, every_seconds: 60 });
    const [first = 0, third = 0] = await left();
    expect([first, third].map((count) => count > 50 && count < 90)).toEqual([true, true]);
    expect(fault.hits()).toBe(200 - first - third);
    await fill();
    clock.advance(60_000);
    await eventually(async () => (await left()).every((count) => count < 100));
    await fault.clear();
    await fill();
    clock.advance(600_000);
    expect(await left()).toEqual([100, 100]);
    other.disconnect();
  });

  test("a Redis that is gone is told to whoever wants keys evicted", async () => {
    const lost = createRedisFaultProxy({
      network: systemNetwork,
      clock: systemClock,
      upstream: { host: behind.host, port: behind.port, password: "wrong" },
      listen: { host: "127.0.0.1", port: 0 },
    });
    expect(await message(lost.evict(() => true))).toContain("no connection to Redis");
  }, 20_000);
});
