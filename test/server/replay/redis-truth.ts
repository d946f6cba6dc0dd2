// What a reader of Redis may rely on, whatever happened to the keys: a page holds every record of its stretch, and what
// is not certain is not said. Runs against the embedded server and a real Redis.

import { expect, test } from "bun:test";
import type { ReplayBatch } from "../../../src/server/replay/redis-records.ts";
import type { TierAnswer } from "../../../src/server/replay/tier.ts";
import type { StartTarget } from "../../sim/redis/conformance/target.ts";
import { batch, PREFIX, type RedisRig, record, valueAt } from "./redis-rig.ts";
import { redisScene } from "./redis-scene.ts";

export const OFFSETS = `${PREFIX}:partition:0:offsets`;
export const BATCHES = `${PREFIX}:partition:0:batches`;
export const valueKey = (offset: number) => `${PREFIX}:partition:0:offset:${offset}`;

/** `from-next: offsets`, or how far nothing is known. */
export function brief(answer: TierAnswer): string {
  switch (answer.kind) {
    case "page": {
      const { fromOffset, nextOffset, records, byteCount, tier } = answer.page;
      for (const { offset, value } of records) expect(Buffer.from(value).toString()).toBe(valueAt(offset));
      expect(byteCount).toBe(records.reduce((sum, { value }) => sum + value.length, 0));
      expect(tier).toBe("redis");
      return `${fromOffset}-${nextOffset}: ${records.map(({ offset }) => offset).join(" ")}`.trim();
    }
    case "absent":
      return `nothing before ${answer.nextOffset}`;
    case "unavailable":
      return answer.reason;
  }
}

export function tellsTheTruth(start: StartTarget): void {
  const scene = redisScene(start);

  /** Connected, and partition 0 may be used. */
  async function rig(env: Readonly<Record<string, string>> = {}): Promise<RedisRig> {
    const created = await scene.rig(env);
    await created.verify(0);
    return created;
  }

  /** Resolves when Redis has it. */
  async function write(one: RedisRig, ...batches: readonly ReplayBatch[]): Promise<void> {
    for (const each of batches) await one.write(each);
    expect(await one.drain(20_000)).toBe(true);
  }

  const read = async (one: RedisRig, from: number, to = 1_000_000) => brief(await one.tier.read(0, from, to));

  test("what was written comes back, with the holes that were written as such", async () => {
    const one = await rig();
    await write(one, batch(0, 6, [2, 5]));
    await write(one, batch(6, 9));
    expect(await read(one, 0)).toBe("0-9: 0 1 3 4 6 7 8");
    expect(await read(one, 2)).toBe("2-9: 3 4 6 7 8");
    expect(await read(one, 5)).toBe("5-9: 6 7 8");
    expect(await read(one, 1, 7)).toBe("1-7: 1 3 4 6");
    expect(await read(one, 9)).toBe("nothing before Infinity");
    expect([one.latencies("write") > 0, one.latencies("read") > 0]).toEqual([true, true]);
  });

  test("a stretch without any record is known to have none", async () => {
    const one = await rig();
    await write(one, { partition: 0, fromOffset: 0, nextOffset: 50, records: [] });
    await write(one, batch(50, 52));
    expect(await read(one, 3, 40)).toBe("3-40:");
    expect(await read(one, 3)).toBe("3-52: 50 51");
  });

  test("a write that is missing breaks the stretch, and what comes behind it is found", async () => {
    const one = await rig();
    await write(one, batch(0, 3));
    await write(one, batch(5, 8));
    expect(await read(one, 0)).toBe("0-3: 0 1 2");
    expect(await read(one, 3)).toBe("nothing before 5");
    expect(await read(one, 4)).toBe("nothing before 5");
    expect(await read(one, 5)).toBe("5-8: 5 6 7");
  });

  test("before the first write nothing is known, nor of another partition", async () => {
    const one = await rig();
    expect(await read(one, 0)).toBe("nothing before Infinity");
    await write(one, batch(100, 103));
    expect(await read(one, 0)).toBe("nothing before 100");
    await one.verify(1);
    expect(brief(await one.tier.read(1, 100, 200))).toBe("nothing before Infinity");
    expect(brief(await one.tier.read(7, 100, 200))).toBe("nothing before Infinity");
  });

  test("a page ends before a value that has expired, and goes on behind it", async () => {
    const one = await rig();
    await write(one, batch(0, 10, [7]));
    await scene.redis.expire(valueKey(4), 0);
    await scene.redis.expire(valueKey(5), 0);
    expect(await read(one, 0)).toBe("0-4: 0 1 2 3");
    expect(await read(one, 4)).toBe("nothing before 6");
    expect(await read(one, 5)).toBe("nothing before 6");
    expect(await read(one, 6)).toBe("6-10: 6 8 9");
    await scene.redis.expire(valueKey(8), 0);
    expect(await read(one, 7)).toBe("7-8:");
    await scene.redis.expire(valueKey(9), 0);
    expect(await read(one, 8)).toBe("nothing before 10");
  });

  test("without the set of offsets nothing is believed, until it is written anew", async () => {
    const one = await rig();
    await write(one, batch(0, 5));
    await write(one, batch(5, 10));
    await scene.redis.del(OFFSETS);
    expect(await read(one, 0)).toBe("nothing before Infinity");
    await write(one, batch(10, 15));
    expect(await read(one, 0)).toBe("nothing before 10");
    expect(await read(one, 10)).toBe("10-15: 10 11 12 13 14");
  });

  test("without the set of batches nothing is believed: an earlier server wrote the rest", async () => {
    const one = await rig();
    await write(one, batch(0, 5));
    await scene.redis.del(BATCHES);
    await write(one, batch(5, 8));
    expect(await read(one, 0)).toBe("nothing before 5");
    expect(await read(one, 5)).toBe("5-8: 5 6 7");
  });

  test.each([
    ["one offset less", () => scene.redis.zrem(OFFSETS, valueKey(3))],
    ["one offset more", () => scene.redis.zadd(OFFSETS, 3.5, valueKey(99))],
  ])("a batch whose range has %s than it says is not believed, the others are", async (_, change) => {
    const one = await rig();
    await write(one, batch(0, 2));
    await write(one, batch(2, 5));
    await write(one, batch(5, 8));
    await change();
    expect(await read(one, 0)).toBe("0-2: 0 1");
    expect(await read(one, 2)).toBe("nothing before 5");
    expect(await read(one, 4)).toBe("nothing before 5");
    expect(await read(one, 5)).toBe("5-8: 5 6 7");
  });

  test("entries that no such server wrote are passed over", async () => {
    const one = await rig();
    await write(one, batch(0, 3));
    await scene.redis.zadd(BATCHES, 0, "nonsense", 0, "0-9", 1, "5-2:1:1", 2, "2-8:x:1");
    expect(await read(one, 0)).toBe("0-3: 0 1 2");
    expect(await read(one, 3)).toBe("nothing before Infinity");
  });

  test("writes that overlap add up: records that are read again after a crash, or by two servers", async () => {
    const one = await rig();
    const two = await rig();
    await write(one, batch(0, 50, [20]));
    await write(two, batch(10, 15));
    await write(two, batch(25, 70));
    await write(one, batch(60, 90));
    for (const from of [0, 12, 40, 55, 65]) {
      const expected = batch(from, 90, [20]).records.map(({ offset }) => offset);
      expect(await read(one, from)).toBe(`${from}-90: ${expected.join(" ")}`);
    }
  });

  test("where two servers disagree on what was deliverable, neither of the two ways makes a hole", async () => {
    const one = await rig();
    await write(one, batch(0, 10));
    await write(one, batch(5, 20, [7, 15]));
    // The second one says 5 to 20 without 7, which is there: only the first is believed.
    expect(await read(one, 0)).toBe("0-10: 0 1 2 3 4 5 6 7 8 9");
    expect(await read(one, 10)).toBe("nothing before Infinity");
  });

  test("a newer write behind an older state of Redis does not cover what is missing between them", async () => {
    const one = await rig();
    await write(one, batch(0, 10));
    await write(one, batch(10, 20));
    // As a snapshot from between the two writes has it.
    await scene.redis.zremrangebyscore(OFFSETS, 10, "+inf");
    await scene.redis.zremrangebyscore(BATCHES, 10, "+inf");
    await write(one, batch(20, 30));
    expect(await read(one, 0)).toStartWith("0-10: ");
    expect(await read(one, 10)).toBe("nothing before 20");
    expect(await read(one, 20)).toStartWith("20-30: ");
  });

  test("pages are of a thousand records, whether they came one by one or many at once", async () => {
    const one = await rig();
    for (let offset = 0; offset < 1_500; offset++) await write(one, batch(offset, offset + 1));
    for (let offset = 1_500; offset < 4_000; offset += 500) await write(one, batch(offset, offset + 500));
    const ends: number[] = [];
    for (let from = 0; from < 4_000; ) {
      const answer = await one.tier.read(0, from, 1_000_000);
      if (answer.kind !== "page") throw new Error(brief(answer));
      const { records, nextOffset } = answer.page;
      expect(records.map(({ offset }) => offset)).toEqual(
        Array.from({ length: nextOffset - from }, (_, i) => from + i),
      );
      ends.push(nextOffset);
      from = nextOffset;
    }
    expect(ends).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  test("pages are of half a mebibyte, or of one record that is larger", async () => {
    const one = await rig();
    const sized = (offset: number, bytes: number) => ({
      ...record(offset),
      value: Buffer.alloc(bytes, offset),
    });
    const sizes = [...new Array(30).fill(100), 400_000, 400_000, 700_000, ...new Array(9).fill(90_000)];
    const records = sizes.map((bytes, offset) => sized(offset, bytes));
    await write(one, { partition: 0, fromOffset: 0, nextOffset: records.length, records });
    const pages: string[] = [];
    for (let from = 0; from < records.length; ) {
      const answer = await one.tier.read(0, from, 1_000_000);
      if (answer.kind !== "page") throw new Error(brief(answer));
      const { page } = answer;
      expect(page.byteCount <= 512 * 1024 || page.records.length === 1).toBe(true);
      for (const { offset, value } of page.records) {
        expect([value.length, value[0]]).toEqual([sizes[offset] ?? 0, offset]);
      }
      pages.push(`${from}-${page.nextOffset}`);
      from = page.nextOffset;
    }
    expect(pages.at(-1)).toEndWith(`-${records.length}`);
    expect(pages).toContain("32-33");
  });

  test("offsets far above 2^32 are kept exactly", async () => {
    const one = await rig();
    const from = 2 ** 53 - 10;
    await write(one, batch(from, from + 5));
    expect(await read(one, from, 2 ** 53 - 1)).toStartWith(`${from}-${from + 5}: ${from} `);
    expect(await one.firstAfter("t1", from + 1)).toEqual({
      partition: 0,
      offset: from + 2,
      sequence: from + 2,
    });
  });

  test("beyond the limit the oldest go, and no batch that lost a record is believed", async () => {
    const one = await rig({ REDIS_MAX_SEQUENCES: "25", REDIS_ZCARD_CHECK_CADENCE: "0" });
    for (let from = 0; from < 100; from += 10) await write(one, batch(from, from + 10));
    expect(await scene.redis.zrange(OFFSETS, "0", "0")).toEqual([valueKey(75)]);
    expect(await scene.redis.zrange(BATCHES, "0", "-1")).toEqual(["80-90:10:80", "90-100:10:80"]);
    expect(await scene.redis.zcard(`${PREFIX}:thread:t1:sequences`)).toBe(25);
    expect(await read(one, 0)).toBe("nothing before 80");
    expect(await read(one, 77)).toBe("nothing before 80");
    expect(await read(one, 80)).toStartWith("80-100: 80 81 ");
    for (let from = 100; from < 200; from++) {
      await write(one, { partition: 0, fromOffset: from, nextOffset: from + 1, records: [] });
    }
    expect(await scene.redis.zcard(BATCHES)).toBe(25);
  });

  test("trimming takes the offsets whose values have expired, with their batches", async () => {
    const one = await rig({ REDIS_ZCARD_CHECK_CADENCE: "0" });
    for (let from = 0; from < 40; from += 10) await write(one, batch(from, from + 10));
    for (let offset = 0; offset < 15; offset++)
      await scene.redis.del(valueKey(offset), `${PREFIX}:thread:t1:seq:${offset}`);
    await write(one, batch(40, 41));
    expect(await scene.redis.zrange(OFFSETS, "0", "0")).toEqual([valueKey(15)]);
    expect(await scene.redis.zrange(BATCHES, "0", "0")).toEqual(["20-30:10:80"]);
    expect(await scene.redis.zrange(`${PREFIX}:thread:t1:sequences`, "0", "0")).toEqual([
      `${PREFIX}:thread:t1:seq:15`,
    ]);
  });

  test("a Redis that forgot the script gets it again, and nothing is lost", async () => {
    const one = await rig();
    await write(one, batch(0, 3));
    await scene.redis.script("FLUSH");
    await write(one, batch(3, 6), batch(6, 9));
    expect(await read(one, 0)).toBe("0-9: 0 1 2 3 4 5 6 7 8");
    expect(one.count("dashstream_websocket_redis_errors_total")).toBe(0);
  });

  test("values may change once a write was handed over", async () => {
    const one = await rig();
    const shared = Buffer.from(valueAt(0));
    expect(
      one.write({ partition: 0, fromOffset: 0, nextOffset: 1, records: [{ ...record(0), value: shared }] }),
    ).toBe(null);
    shared.fill(0);
    await one.drain(20_000);
    expect(await read(one, 0)).toBe("0-1: 0");
  });
}
