// A partition is used only when what Redis holds of it agrees with Kafka. Runs against the embedded server and a real
// Redis.

import { expect, test } from "bun:test";
import type { StartTarget } from "../../sim/redis/conformance/target.ts";
import { eventually } from "../../support/eventually.ts";
import { batch, PREFIX, type RedisRig, record, redisRig, valueAt } from "./redis-rig.ts";
import { redisScene } from "./redis-scene.ts";
import { BATCHES, brief, OFFSETS, valueKey } from "./redis-truth.ts";

export function comparesWithKafka(start: StartTarget): void {
  const scene = redisScene(start);
  const { rig, rigs } = scene;

  const read = async (one: RedisRig, from: number, to = 1_000_000) => brief(await one.tier.read(0, from, to));

  /** So that a real Redis has its data when it comes back; the embedded one keeps them anyway. */
  const save = () => scene.redis.call("SAVE").catch(() => null);

  /** What an earlier run left: records 0 to 4. */
  async function earlierRun(): Promise<void> {
    const one = await rig();
    await one.verify(0);
    await one.write(batch(0, 5));
    await one.drain(20_000);
  }

  test("what agrees with Kafka is used: the newest record is compared", async () => {
    await earlierRun();
    const one = await rig();
    expect(await read(one, 0)).toBe("nothing before Infinity");
    one.kafka.set("0:4", valueAt(4));
    await one.verify(0);
    expect(one.asked).toEqual(["0:4"]);
    expect(await read(one, 0)).toBe("0-5: 0 1 2 3 4");
    await one.write(batch(5, 7));
    await one.drain(20_000);
    expect(await read(one, 3)).toBe("3-7: 3 4 5 6");
  });

  test.each([
    ["has another record there", "another topic's value 4", "has another record"],
    ["ends before it", undefined, "has no such record"],
  ])("where Kafka %s, all of the partition is deleted, and only that", async (_, value, said) => {
    await earlierRun();
    const one = await rig();
    await one.verify(1);
    await one.write({ ...batch(0, 2), partition: 1 });
    if (value !== undefined) one.kafka.set("0:4", value);
    await one.verify(0);
    expect(await scene.redis.exists(OFFSETS, BATCHES, ...[0, 1, 2, 3, 4].map(valueKey))).toBe(0);
    expect(await read(one, 0)).toBe("nothing before Infinity");
    expect(brief(await one.tier.read(1, 0, 9))).toBe("0-2: 0 1");
    expect(one.lines).toContainEqual(
      expect.objectContaining({ level: "warn", partition: 0, offset: 4, kafka: said }),
    );
    await one.write(batch(0, 3));
    await one.drain(20_000);
    expect(await read(one, 0)).toBe("0-3: 0 1 2");
  });

  test("of values that have expired the newest one that is left is compared", async () => {
    await earlierRun();
    await scene.redis.del(valueKey(4), valueKey(3));
    const one = await rig();
    one.kafka.set("0:2", valueAt(2));
    await one.verify(0);
    expect(one.asked).toEqual(["0:2"]);
    expect(await read(one, 0)).toBe("0-3: 0 1 2");
  });

  test("what cannot be compared is not believed: stretches without records, values that are all gone", async () => {
    const before = await rig();
    await before.verify(0);
    await before.write({ partition: 0, fromOffset: 0, nextOffset: 100, records: [] });
    await before.drain(20_000);
    const one = await rig();
    await one.verify(0);
    expect([one.asked, await read(one, 0)]).toEqual([[], "nothing before Infinity"]);
    expect(await scene.redis.exists(BATCHES)).toBe(0);
    await earlierRun();
    await scene.redis.del(...[0, 1, 2, 3, 4].map(valueKey));
    await one.verify(0);
    expect(await scene.redis.exists(OFFSETS, BATCHES)).toBe(0);
  });

  test("while Kafka cannot say, the partition is not read, and writes wait; it is asked again", async () => {
    await earlierRun();
    const one = await rig();
    one.kafka.set("0:4", null);
    const verified = one.verify(0);
    await eventually(() => one.asked.length > 0);
    expect(await read(one, 0)).toBe("partition 0 is being compared with Kafka");
    const written = one.write(batch(5, 7));
    expect(written).not.toBeNull();
    one.kafka.set("0:4", valueAt(4));
    await verified;
    await written;
    await one.drain(20_000);
    expect(one.asked.length).toBeGreaterThan(1);
    expect(await read(one, 0)).toBe("0-7: 0 1 2 3 4 5 6");
    expect(one.count("replay_buffer_redis_write_dropped_total")).toBe(0);
    expect(one.lines).toContainEqual(expect.objectContaining({ level: "warn", error: "Kafka is down" }));
  });

  test("a topic that was made anew is forgotten at once, with writes of the old one that are under way", async () => {
    const one = await rig();
    await one.verify(0);
    for (let from = 0; from < 50; from += 5) await one.write(batch(from, from + 5));
    await one.forget(0);
    expect(await scene.redis.exists(OFFSETS, BATCHES, ...[0, 1, 48, 49].map(valueKey))).toBe(0);
    expect(await read(one, 0)).toBe("nothing before Infinity");
    await one.write(batch(0, 3, [1]));
    await one.drain(20_000);
    expect([await read(one, 0), one.asked]).toEqual(["0-3: 0 2", []]);
  });

  test("each connection compares anew: Redis may have come back with an older state", async () => {
    const one = await rig();
    await one.verify(0);
    await one.write(batch(0, 5));
    await one.drain(20_000);
    // The state that it comes back with: that of an old topic.
    await scene.redis.set(valueKey(900), valueAt(900));
    await scene.redis.zadd(OFFSETS, 900, valueKey(900));
    await scene.redis.zadd(BATCHES, 0, "5-901:1:9");
    await save();
    await scene.target.down();
    await eventually(() => !one.connected);
    expect(await read(one, 0)).toBe("Redis is not connected");
    await one.write(batch(5, 8));
    expect(one.count("replay_buffer_redis_write_failures_total")).toBe(3);
    expect(one.count("dashstream_websocket_redis_errors_total")).toBeGreaterThan(0);
    await scene.target.up();
    await eventually(() => one.connected);
    await eventually(async () => (await read(one, 0)) === "nothing before Infinity");
    expect(one.asked).toContain("0:900");
    await one.write(batch(8, 10));
    await one.drain(20_000);
    expect(await read(one, 8)).toBe("8-10: 8 9");
    await scene.redis.flushall();
    await save();
  });

  test("a Redis that is absent at the start is attached when it comes", async () => {
    await scene.target.down();
    const one = redisRig({ port: scene.target.port });
    rigs.push(one);
    await one.verify(0);
    await one.write(batch(0, 3));
    expect(one.count("replay_buffer_redis_write_failures_total")).toBe(3);
    await scene.target.up();
    await eventually(async () => (await read(one, 0)) === "nothing before Infinity");
    await one.write(batch(3, 6));
    await one.drain(20_000);
    expect(await read(one, 3)).toBe("3-6: 3 4 5");
  });

  test("a thread is found again at its next number, in whatever record it was", async () => {
    const one = await rig();
    await one.verify(0);
    await one.verify(3);
    const many = {
      ...record(12),
      threads: [
        { threadId: "t1", sequence: 7 },
        { threadId: "t2", sequence: 70 },
        { threadId: "", sequence: 5 },
      ],
    };
    await one.write({ partition: 0, fromOffset: 10, nextOffset: 13, records: [record(10, "t1"), many] });
    await one.write({ partition: 3, fromOffset: 0, nextOffset: 6, records: [record(5, "t3")] });
    await one.drain(20_000);
    // The one with the next number came later than another one that is to come, too.
    expect(await one.firstAfter("t1", 0)).toEqual({ partition: 0, offset: 10, sequence: 7 });
    expect(await one.firstAfter("t1", 7)).toEqual({ partition: 0, offset: 10, sequence: 10 });
    expect(await one.firstAfter("t1", 10)).toBeNull();
    expect(await one.firstAfter("t2", -1)).toEqual({ partition: 0, offset: 12, sequence: 70 });
    expect(await one.firstAfter("t3", 0)).toEqual({ partition: 3, offset: 5, sequence: 5 });
    expect(await one.firstAfter("", 0)).toBeNull();
    expect(await one.firstAfter("t4", 0)).toBeNull();
    // Another server reads partition 3: it is none of this one's.
    const other = await rig();
    expect(await other.firstAfter("t3", 0)).toBeNull();
    await scene.redis.del(OFFSETS);
    expect(await one.firstAfter("t1", 0)).toBeNull();
  });

  test("what is left of a thread in an old topic is no entry, nor is what expired or an early server wrote", async () => {
    const one = await rig();
    await one.verify(0);
    await one.write(batch(0, 3));
    await one.forget(0);
    await one.write({
      partition: 0,
      fromOffset: 0,
      nextOffset: 3,
      records: [record(1, "other", "of another thread"), record(2, "t1", "new")],
    });
    await one.drain(20_000);
    expect(await one.firstAfter("t1", -1)).toEqual({ partition: 0, offset: 2, sequence: 2 });
    const early = `${PREFIX}:thread:t1:seq:1`;
    await scene.redis.set(early, "short");
    expect(await one.firstAfter("t1", 0)).toEqual({ partition: 0, offset: 2, sequence: 2 });
    await scene.redis.del(`${PREFIX}:thread:t1:seq:2`);
    expect(await one.firstAfter("t1", 0)).toBeNull();
  });

  test.each([
    ["run_1-a", "run_1-a"],
    ["a".repeat(128), "a".repeat(128)],
    ["a".repeat(129), `b64_${Buffer.from("a".repeat(129)).toString("base64url")}`],
    ["user:7", "b64_dXNlcjo3"],
    ["größe", "b64_Z3LDtsOfZQ"],
    ["  padded ", "padded"],
  ])("thread %j lies under %s, its value with partition and offset in front", async (threadId, part) => {
    const one = await rig();
    await one.verify(258);
    const threads = [{ threadId, sequence: 9 }];
    const offset = 2 ** 33 + 5;
    const records = [{ offset, value: Buffer.from("v"), threads }];
    await one.write({ partition: 258, fromOffset: offset, nextOffset: offset + 1, records });
    await one.drain(20_000);
    const key = `${PREFIX}:thread:${part}:seq:9`;
    expect(await scene.redis.zrange(`${PREFIX}:thread:${part}:sequences`, "0", "-1", "WITHSCORES")).toEqual([
      key,
      "9",
    ]);
    expect((await scene.redis.getBuffer(key))?.toString("hex")).toBe(`02010000${"0500000002000000"}76`);
    expect(await one.firstAfter(threadId, 8)).toEqual({ partition: 258, offset, sequence: 9 });
  });

  test("keys expire after REDIS_MESSAGE_TTL_SECS", async () => {
    const one = await rig({ REDIS_MESSAGE_TTL_SECS: "77" });
    await one.verify(0);
    await one.write(batch(0, 1));
    await one.drain(20_000);
    const sequences = `${PREFIX}:thread:t1:sequences`;
    for (const key of [OFFSETS, BATCHES, valueKey(0), sequences, `${PREFIX}:thread:t1:seq:0`]) {
      expect(await scene.redis.ttl(key)).toBeWithin(60, 78);
    }
    expect((await scene.redis.scan("0", "COUNT", 1_000))[1]).toHaveLength(5);
  });

  test("clearing deletes everything of this stream, in Redis for all servers, and nothing else", async () => {
    const one = await rig();
    await one.verify(0);
    await one.write(batch(0, 300));
    await scene.redis.set("rate_limit:acme:bucket", "x");
    await scene.redis.set("dashstream-replay:v1_other:partition:0:offset:1", "x");
    expect(await one.clear()).toEqual({ complete: true, deletedKeys: 603, reason: null });
    expect(await scene.redis.dbsize()).toBe(2);
    expect(await read(one, 0)).toBe("nothing before Infinity");
    await one.write(batch(300, 302));
    await one.drain(20_000);
    expect(await read(one, 300)).toBe("300-302: 300 301");
  });

  test("clearing without a Redis says that it did not", async () => {
    const one = await rig();
    await scene.target.down();
    await eventually(() => !one.connected);
    expect(await one.clear()).toMatchObject({ complete: false, deletedKeys: 0 });
    await scene.target.up();
  });
}
