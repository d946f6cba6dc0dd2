// What the stream may be held up by, and what becomes of records that Redis does not take in time. In virtual time.

import { expect, test } from "bun:test";
import { createRedisServer, type RedisServer } from "../../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { batch, type RedisRig, record, redisRig, valueAt } from "./redis-rig.ts";
import { brief } from "./redis-truth.ts";

const DROPPED = "replay_buffer_redis_write_dropped_total";
const FAILURES = "replay_buffer_redis_write_failures_total";
const ERRORS = "dashstream_websocket_redis_errors_total";

interface Scene extends VirtualWorld {
  readonly server: RedisServer;
  readonly one: RedisRig;
  read(from: number): Promise<string>;
  /** How long a promise took, milliseconds; `null` = it was none. */
  waited(written: Promise<void> | null): Promise<number | null>;
}

/** A Redis, and a replay whose partition 0 may be used. */
function scene(env: Readonly<Record<string, string>>, live: (scene: Scene) => Promise<void>): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const server = createRedisServer(world);
    await server.start();
    const one = redisRig({ ...world, port: server.port, env });
    await world.advance(10);
    await world.outcome(one.verify(0));
    const waited = async (written: Promise<void> | null) => {
      const startMs = world.clock.monotonicMs();
      if (written === null) return null;
      await world.outcome(written);
      return world.clock.monotonicMs() - startMs;
    };
    const read = async (from: number) => brief(await world.outcome(one.tier.read(0, from, 1_000_000)));
    await live({ ...world, server, one, waited, read });
    await world.outcome(one.close());
    await world.outcome(server.stop());
    await world.settled();
    expect(world.clock.pendingCount).toBe(0);
  });
}

const slow = (server: RedisServer, delayMs: number) =>
  server.control("*", () => ({ kind: "delay", delayMs }));

test("as many writes are under way as there are permits; one more waits up to 50 ms and is dropped", () =>
  scene({ REDIS_MAX_CONCURRENT_WRITES: "2" }, async ({ server, one, waited, read, advance }) => {
    const slowness = slow(server, 1_000);
    expect(one.write(batch(0, 2))).toBeNull();
    expect(one.write(batch(2, 4))).toBeNull();
    expect(await waited(one.write(batch(4, 7)))).toBe(50);
    expect([one.count(DROPPED), one.count(FAILURES)]).toEqual([3, 0]);
    await advance(2_500);
    slowness.remove();
    expect(await waited(one.write(batch(7, 9)))).toBeNull();
    expect(await read(0)).toBe("0-4: 0 1 2 3");
    expect(await read(4)).toBe("nothing before 7");
    expect(await read(7)).toBe("7-9: 7 8");
    expect(one.lines).toContainEqual(expect.objectContaining({ level: "warn", records: 3 }));
  }));

test("a permit that comes back in time is used, by whoever waits longest", () =>
  scene({ REDIS_MAX_CONCURRENT_WRITES: "1" }, async ({ server, one, waited, read, advance, outcome }) => {
    void one.write(batch(0, 1));
    await advance(10);
    const slowness = slow(server, 30);
    void one.write(batch(1, 2));
    const first = one.write(batch(2, 3));
    const second = one.write(batch(3, 4));
    expect(await waited(first)).toBe(30);
    expect(await waited(second)).toBe(20);
    slowness.remove();
    expect(await outcome(one.drain(5_000))).toBe(true);
    expect([one.count(DROPPED), await read(0)]).toEqual([1, "0-3: 0 1 2"]);
  }));

test("a write that takes over 2 s failed, which is no error of Redis; Redis is then left alone for a while", () =>
  scene({}, async ({ server, one, read, advance }) => {
    const hang = server.control("EVALSHA", () => ({ kind: "delay", delayMs: 2_500 }), { times: 1 });
    void one.write(batch(0, 4));
    await advance(1_999);
    expect(one.count(FAILURES)).toBe(0);
    await advance(2);
    expect([one.count(FAILURES), one.count(ERRORS)]).toEqual([4, 0]);
    void one.write(batch(4, 6));
    expect(one.count(FAILURES)).toBe(6);
    hang.remove();
    await advance(600);
    void one.write(batch(6, 9));
    await advance(10);
    expect([one.count(FAILURES), one.count(DROPPED)]).toEqual([6, 0]);
    expect(await read(4)).toBe("nothing before 6");
    expect(await read(6)).toBe("6-9: 6 7 8");
  }));

test("after a pause one write tries Redis, the others do not wait for it", () =>
  scene({}, async ({ server, one, advance }) => {
    const refusal = server.control("EVALSHA", () => ({ kind: "error", error: "OOM command not allowed" }));
    void one.write(batch(0, 1));
    await advance(300);
    expect(one.write(batch(1, 2))).toBeNull();
    expect(one.write(batch(2, 4))).toBeNull();
    expect(one.count(FAILURES)).toBe(3);
    await advance(10);
    expect([one.count(FAILURES), one.count(ERRORS)]).toEqual([4, 2]);
    refusal.remove();
  }));

test("a Redis that is full refuses writes, and is read all the same", () =>
  scene({}, async ({ server, one, read, advance }) => {
    void one.write(batch(0, 3));
    await advance(10);
    const full = server.control("EVALSHA", () => ({ kind: "error", error: "OOM command not allowed" }));
    void one.write(batch(3, 8));
    await advance(10);
    expect([one.count(FAILURES), one.count(ERRORS), one.latencies("write")]).toEqual([5, 1, 3]);
    expect(await read(0)).toBe("0-3: 0 1 2");
    full.remove();
  }));

test("a reading that takes over 2 s is given up, and tried again later", () =>
  scene({}, async ({ server, one, read, advance, clock }) => {
    void one.write(batch(0, 3));
    await advance(10);
    const hang = server.control("MGET", () => ({ kind: "delay", delayMs: 3_000 }));
    const startMs = clock.monotonicMs();
    expect(await read(0)).toBe("no answer within 2000 ms");
    expect(clock.monotonicMs() - startMs).toBe(2_000);
    hang.remove();
    expect(await read(0)).toBe("Redis is left alone after a failure");
    expect(one.count(ERRORS)).toBe(0);
    await advance(2_000);
    expect(await read(0)).toBe("0-3: 0 1 2");
  }));

test("an error of a reading is counted", () =>
  scene({}, async ({ server, one, read }) => {
    server.control("ZREVRANGEBYSCORE", () => ({ kind: "error", error: "ERR broken" }), { times: 1 });
    expect(await read(0)).toBe("ERR broken");
    expect(one.count(ERRORS)).toBe(1);
  }));

test("records expire, and are then not known any more", () =>
  scene({ REDIS_MESSAGE_TTL_SECS: "60" }, async ({ one, read, advance }) => {
    void one.write(batch(0, 3));
    await advance(40_000);
    void one.write(batch(3, 6));
    await advance(19_000);
    expect(await read(0)).toBe("0-6: 0 1 2 3 4 5");
    await advance(2_000);
    expect(await read(0)).toBe("nothing before 3");
    expect(await read(3)).toBe("3-6: 3 4 5");
    await advance(60_000);
    expect(await read(3)).toBe("nothing before Infinity");
  }));

test("while Kafka cannot say, writes wait for 2 s in all and are dropped from then on", () =>
  scene({}, async ({ one, read, waited, advance, outcome }) => {
    void one.write(batch(0, 2));
    await advance(10);
    one.kafka.set("0:1", null);
    const verified = one.verify(0);
    await advance(500);
    expect(await waited(one.write(batch(2, 4)))).toBe(1_500);
    expect(await waited(one.write(batch(4, 7)))).toBe(0);
    expect([one.count(DROPPED), one.count(FAILURES)]).toEqual([5, 0]);
    one.kafka.set("0:1", valueAt(1));
    await outcome(verified);
    void one.write(batch(7, 9));
    await advance(10);
    expect([await read(0), await read(2), await read(7)]).toEqual([
      "0-2: 0 1",
      "nothing before 7",
      "7-9: 7 8",
    ]);
  }));

test("a partition that was never compared takes no write", () =>
  scene({}, async ({ one, waited }) => {
    expect(await waited(one.write({ ...batch(0, 3), partition: 5 }))).toBe(0);
    expect(one.count(DROPPED)).toBe(3);
  }));

test("draining waits for what is under way, as long as it may", () =>
  scene({}, async ({ server, one, outcome, clock }) => {
    expect(await outcome(one.drain(5_000))).toBe(true);
    const slowness = slow(server, 1_000);
    void one.write(batch(0, 2));
    const startMs = clock.monotonicMs();
    expect(await outcome(one.drain(100))).toBe(false);
    expect(await outcome(one.drain(5_000))).toBe(true);
    expect(clock.monotonicMs() - startMs).toBeWithin(900, 2_100);
    slowness.remove();
  }));

test("clearing that takes too long says how far it came", () =>
  scene({ REDIS_CLEAR_TIMEOUT_SECS: "3" }, async ({ server, one, advance, outcome }) => {
    for (let from = 0; from < 1_000; from += 250) void one.write(batch(from, from + 250));
    await advance(10);
    const slowness = server.control("UNLINK", () => ({ kind: "delay", delayMs: 500 }));
    const cleared = await outcome(one.clear());
    expect(cleared).toMatchObject({ complete: false, reason: "not done within 3000 ms" });
    expect(cleared.deletedKeys).toBeWithin(400, 601);
    slowness.remove();
    await advance(1_000);
    expect(await outcome(one.clear())).toMatchObject({ complete: true, reason: null });
  }));

test("emptying a partition that takes too long leaves values that are not believed", () =>
  scene({ REDIS_CLEAR_TIMEOUT_SECS: "3" }, async ({ server, one, read, advance, outcome }) => {
    void one.write(batch(0, 500));
    await advance(10);
    const slowness = server.control("SCAN", () => ({ kind: "delay", delayMs: 1_000 }));
    await outcome(one.forget(0));
    slowness.remove();
    let deletions = 0;
    server.control("UNLINK", () => {
      deletions++;
      return { kind: "pass" };
    });
    await advance(2_000);
    expect(deletions).toBe(0);
    void one.write(batch(0, 2, [0]));
    await advance(10);
    expect([await read(0), await read(2)]).toEqual(["0-2: 1", "nothing before Infinity"]);
    expect(one.lines).toContainEqual(expect.objectContaining({ values_left: "not done within 3000 ms" }));
  }));

test("a topic made anew: what waited for room is of the old one and not written, what was being read not given", () =>
  scene({ REDIS_MAX_CONCURRENT_WRITES: "1" }, async ({ server, one, read, waited, advance, outcome }) => {
    void one.write(batch(0, 3));
    await advance(10);
    const reading = server.control("MGET", () => ({ kind: "delay", delayMs: 20 }), { times: 1 });
    const page = one.tier.read(0, 0, 1_000);
    await advance(5);
    void one.write(batch(3, 6));
    const waiting = one.write(batch(6, 9));
    await outcome(one.forget(0));
    expect(await waited(waiting)).toBeLessThan(50);
    expect(brief(await page)).toBe("partition 0 started over");
    expect(one.count(DROPPED)).toBe(3);
    expect([await read(0), await read(6)]).toEqual(["nothing before Infinity", "nothing before Infinity"]);
    reading.remove();
  }));

test("no more values are fetched than make a page", () =>
  scene({}, async ({ server, one, advance, outcome }) => {
    const records = Array.from({ length: 30 }, (_, at) => ({ ...record(at), value: Buffer.alloc(100_000) }));
    void one.write({ partition: 0, fromOffset: 0, nextOffset: 30, records });
    await advance(100);
    const fetched: number[] = [];
    server.control("MGET", ({ args }) => {
      fetched.push(args.length);
      return { kind: "pass" };
    });
    const answer = await outcome(one.tier.read(0, 0, 1_000));
    expect([answer.kind === "page" && answer.page.nextOffset, fetched]).toEqual([5, [5]]);
  }));

test("a Redis that goes while a partition is emptied is emptied when it comes back", () =>
  scene({}, async ({ server, one, read, advance, outcome }) => {
    void one.write(batch(0, 5));
    await advance(10);
    await outcome(server.down());
    await outcome(one.forget(0));
    await outcome(server.up());
    await advance(10_000);
    expect([await read(0), one.asked]).toEqual(["nothing before Infinity", []]);
  }));
