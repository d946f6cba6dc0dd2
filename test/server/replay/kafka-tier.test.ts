import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { compressBody, withFrame, ZSTD_FRAME } from "../../../src/wire/frame.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import {
  event,
  MAX_PAYLOAD_BYTES,
  offsetsOf,
  pageIn,
  type TierChanges,
  type TierRig,
  tierRig,
  trimBefore,
  valuesOf,
} from "./kafka-tier-rig.ts";
import { range } from "./tier-rig.ts";

const TOPIC = "telemetry";
let broker: Broker;
const rigs: TierRig[] = [];

beforeEach(async () => {
  broker = await startEmbeddedBroker({
    autoCreateTopics: false,
    topicDefaults: { "max.message.bytes": "10000000" },
  });
  broker.createTopic(TOPIC, { partitions: 2 });
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
  await broker.stop();
});

function rigOf(changes: TierChanges = {}): TierRig {
  const rig = tierRig(broker.bootstrap, TOPIC, changes);
  rigs.push(rig);
  return rig;
}

function append(...values: (Buffer | null)[]): void {
  broker.append(
    TOPIC,
    0,
    values.map((value) => ({ timestampMs: 0, key: null, value })),
  );
}

/** Timers that do not fire by themselves; pauses take no time but are noted. */
function notingClock() {
  const pausesMs: number[] = [];
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  let elapsedMs = 0;
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => elapsedMs,
    after(delayMs, run) {
      const timer = { delayMs, run };
      timers.push(timer);
      return { cancel: () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0) };
    },
    async sleep(ms) {
      if (ms > 0) pausesMs.push(ms);
      elapsedMs += ms;
      return true;
    },
  };
  return { clock, pausesMs, timers };
}

describe("a page from Kafka", () => {
  test("has what clients got, and holes for everything else", async () => {
    const good = event(1);
    const zstd = compressBody(event(1, 900).subarray(1), { thresholdBytes: 0, level: 3 });
    const framed = withFrame(ZSTD_FRAME, zstd ?? Buffer.alloc(0));
    append(good, null, Buffer.from("\x00\xff\xffnot protobuf"), Buffer.alloc(0), Buffer.from([0]));
    append(event(2, 0, 2), event(3, MAX_PAYLOAD_BYTES + 1), framed, zstd, event(4));
    const rig = rigOf();
    rig.withheld.add(0, 9);
    rig.withheld.add(1, 0);
    const page = await rig.page(0, 10);
    expect(page).toMatchObject({ tier: "kafka", fromOffset: 0, nextOffset: 10 });
    expect(offsetsOf(page)).toEqual([0, 7, 8]);
    expect(valuesOf(page)).toEqual([good, framed, framed].map((value) => value.toString("hex")));
    expect(page.byteCount).toBe(good.length + framed.length * 2);
  });

  test("does not keep alive what was fetched", async () => {
    append(event(1), event(2));
    for (const { value } of (await rigOf().page(0, 2)).records) {
      expect(value.buffer.byteLength).toBe(value.length);
    }
  });

  test("begins and ends where it is asked to, inside a batch and behind control records", async () => {
    append(...range(0, 10).map((i) => event(i)));
    broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value: null }], { control: true });
    append(event(11));
    const rig = rigOf();
    expect(offsetsOf(await rig.page(3, 7))).toEqual([3, 4, 5, 6]);
    expect(await rig.page(10, 11)).toMatchObject({ fromOffset: 10, nextOffset: 11, records: [] });
    expect(offsetsOf(await rig.page(9, 12))).toEqual([9, 11]);
  });

  test("ends after 1,024 records, also if none is deliverable", async () => {
    append(...range(0, 1500).map((i) => event(i)));
    append(...range(0, 1500).map(() => Buffer.from("bad")));
    const rig = rigOf();
    expect(await rig.page(0, 3000)).toMatchObject({ nextOffset: 1024 });
    expect(await rig.page(1500, 3000)).toMatchObject({ nextOffset: 2524, records: [] });
  });

  test("ends before it would have more than 512 KiB of values; a larger one has a page of its own", async () => {
    append(event(0), event(1, 300_000), event(2, 300_000), event(3, 900_000), event(4));
    const rig = rigOf();
    const pages: (readonly number[])[] = [];
    for (let at = 0; at < 5; ) {
      const page = await rig.page(at, 5);
      pages.push(offsetsOf(page));
      at = page.nextOffset;
    }
    expect(pages).toEqual([[0, 1], [2], [3], [4]]);
    expect(rig.begun).toEqual([0]);
  });

  test("ends early where small values unfold into large messages", async () => {
    const body = event(1, 1_000_000).subarray(1);
    const zstd = compressBody(body, { thresholdBytes: 0, level: 3 }) ?? Buffer.alloc(0);
    append(...range(0, 20).map(() => withFrame(ZSTD_FRAME, zstd)));
    expect(await rigOf().page(0, 20)).toMatchObject({ nextOffset: 5 });
  });

  test("is absent where the log has been trimmed, and goes on at its start", async () => {
    append(...range(0, 10).map((i) => event(i)));
    await trimBefore(broker.bootstrap, TOPIC, 6);
    const rig = rigOf();
    expect(await rig.tier.read(0, 2, 10)).toEqual({ kind: "absent", nextOffset: 6 });
    expect(offsetsOf(await rig.page(6, 10))).toEqual([6, 7, 8, 9]);
    expect(rig.begun).toEqual([2]);
    expect(rig.failures()).toBe(0);
  });
});

describe("trouble", () => {
  test("is that it cannot say: counted and said, and the next read tries again", async () => {
    append(event(0), event(1));
    const rig = rigOf();
    const refused = broker.control("Fetch", () => ({ kind: "error", error: "KAFKA_STORAGE_ERROR" }), {
      times: 1,
    });
    expect(await rig.tier.read(0, 0, 2)).toMatchObject({ kind: "unavailable" });
    expect([refused.hits, rig.failures()]).toEqual([1, 1]);
    expect(rig.lines).toMatchObject([
      {
        level: "warn",
        msg: "replay could not be read from Kafka; trying again",
        partition: 0,
        offset: 0,
        error: expect.stringContaining("reading partition 0 of topic telemetry"),
      },
    ]);
    expect(offsetsOf(await rig.page(0, 2))).toEqual([0, 1]);
  });

  test("is a log that ends below what was asked for; what is there is given", async () => {
    append(event(0), event(1));
    const rig = rigOf();
    expect(await rig.page(0, 9)).toMatchObject({ nextOffset: 2 });
    const message = "the log of partition 0 of topic telemetry ends at 2, expected records from 2 on";
    expect(await rig.tier.read(0, 2, 9)).toEqual({ kind: "unavailable", reason: message });
    append(event(2));
    expect(offsetsOf(await rig.page(2, 9))).toEqual([2]);
    append(event(3));
    expect(offsetsOf(await rig.page(3, 4))).toEqual([3]);
  });

  test("with a leader that moved is over with the next read", async () => {
    await broker.stop();
    broker = await startEmbeddedBroker({ ports: [0, 0], autoCreateTopics: false });
    broker.createTopic(TOPIC);
    append(event(0));
    const rig = rigOf();
    await rig.page(0, 1);
    append(event(1));
    broker.moveLeader(TOPIC, 0, 2);
    expect(await rig.tier.read(0, 1, 2)).toMatchObject({ kind: "unavailable" });
    expect(offsetsOf(await rig.page(1, 2))).toEqual([1]);
  });

  test("that floods is summarised", async () => {
    const rig = rigOf();
    for (let i = 0; i < 20; i++) await rig.tier.read(7, 0, 2);
    expect([rig.lines.length, rig.failures()]).toEqual([5, 20]);
  });

  test("of closing is neither counted nor said", async () => {
    append(event(0));
    const rig = rigOf();
    const hung = broker.control("Fetch", () => ({ kind: "hang" }));
    const reading = rig.tier.read(0, 0, 1);
    while (hung.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    rig.tier.close();
    expect(await reading).toMatchObject({ kind: "unavailable" });
    expect(await rig.tier.read(0, 0, 1)).toMatchObject({ kind: "unavailable" });
    expect([rig.failures(), rig.lines.length]).toEqual([0, 0]);
  });
});

describe("readings", () => {
  /** A page's worth of records, so many times. */
  function appendPages(count: number): void {
    for (let i = 0; i < count; i++) append(...range(0, 1024).map((at) => event(at)));
  }

  test("go on where a page ended: one fetch serves many pages", async () => {
    appendPages(6);
    let fetches = 0;
    broker.control("Fetch", () => {
      fetches++;
      return { kind: "pass" };
    });
    const rig = rigOf();
    const read: number[] = [];
    for (let at = 0; at < 6144; ) {
      const page = await rig.page(at, 6144);
      read.push(...offsetsOf(page));
      at = page.nextOffset;
    }
    expect(read).toEqual(range(0, 6144));
    expect(rig.begun).toEqual([0]);
    expect(fetches).toBe(1);
  });

  test("go on behind the end of an earlier page, when more was handled", async () => {
    append(...range(0, 10).map((i) => event(i)));
    const rig = rigOf();
    expect(offsetsOf(await rig.page(0, 4))).toEqual([0, 1, 2, 3]);
    rig.withheld.add(0, 5);
    expect(offsetsOf(await rig.page(4, 10))).toEqual([4, 6, 7, 8, 9]);
    append(event(10));
    expect(offsetsOf(await rig.page(10, 11))).toEqual([10]);
    expect(rig.begun).toEqual([0]);
  });

  test("that nobody uses are few, and the one idle for longest goes first", async () => {
    append(...range(0, 10).map((i) => event(i)));
    const rig = rigOf({ limits: { maxIdleReadings: 2 } });
    for (const at of [0, 2, 4]) await rig.page(at, at + 1);
    await rig.page(3, 4);
    await rig.page(5, 6);
    await rig.page(1, 2);
    expect(rig.begun).toEqual([0, 2, 4, 1]);
  });

  test("end when nobody used them for 10 s", async () => {
    append(...range(0, 10).map((i) => event(i)));
    const { clock, timers } = notingClock();
    const rig = rigOf({ clock });
    await rig.page(0, 1);
    await rig.page(1, 2);
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([10_000]);
    timers[0]?.run();
    await rig.page(2, 3);
    expect(rig.begun).toEqual([0, 2]);
  });

  test("of one partition are not taken for another", async () => {
    append(event(0), event(1));
    broker.append(TOPIC, 1, [{ timestampMs: 0, key: null, value: event(7) }]);
    const rig = rigOf();
    await rig.page(0, 1);
    broker.append(TOPIC, 1, [{ timestampMs: 0, key: null, value: event(8) }]);
    const answer = await rig.tier.read(1, 1, 2);
    expect(valuesOf(pageIn(answer))).toEqual([event(8).toString("hex")]);
    expect(rig.begun).toEqual([0, 1]);
  });

  test("of a log that is no more are not gone on with", async () => {
    append(...range(0, 10).map((i) => event(i)));
    const rig = rigOf();
    await rig.page(0, 5);
    broker.deleteTopic(TOPIC);
    broker.createTopic(TOPIC);
    append(...range(100, 110).map((i) => event(i)));
    rig.tier.forget(0);
    expect(valuesOf(await rig.page(5, 6))).toEqual([event(105).toString("hex")]);
    expect(rig.begun).toEqual([0, 5]);
  });
});

test("no more bytes are fetched over time than the limit allows", async () => {
  for (let i = 0; i < 6; i++) append(event(i, 700_000));
  const { clock, pausesMs } = notingClock();
  const rig = rigOf({ clock, bytesPerSecond: 1_000_000 });
  for (let at = 0; at < 6; ) at = (await rig.page(at, 6)).nextOffset;
  const elapsedMs = pausesMs.reduce((sum, ms) => sum + ms, 0);
  // 5 of 6 fetches of 0.7 MB are paid before the last one begins, the first megabyte is free.
  expect(elapsedMs).toBeGreaterThan(2_500);
  expect(elapsedMs).toBeLessThan(2_600);
});
