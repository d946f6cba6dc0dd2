import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import type { RangePage, RangeReader } from "../../src/stream/range-reader.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { collect, offsetsIn, type ReaderChanges, readerOf } from "./range-rig.ts";
import { append, TOPIC } from "./stream-rig.ts";

let broker: Broker;
const readers: RangeReader[] = [];

beforeEach(async () => {
  broker = await startEmbeddedBroker({ ports: [0, 0], autoCreateTopics: false });
  broker.createTopic(TOPIC, { partitions: 2 });
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  await broker.stop();
});

function reader(changes: ReaderChanges = {}): RangeReader {
  const made = readerOf(broker.bootstrap, changes);
  readers.push(made);
  return made;
}

/** Pauses take no time, but count. */
function skippingClock(): { readonly clock: Clock; readonly pausesMs: number[] } {
  const pausesMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => pausesMs.reduce((sum, ms) => sum + ms, 0),
    sleep(ms, signal) {
      pausesMs.push(ms);
      return Promise.resolve(signal?.aborted !== true);
    },
  };
  return { clock, pausesMs };
}

/** Batches too large for two of them to come with one fetch. */
function appendLarge(count: number): void {
  const value = Buffer.alloc(700_000);
  for (let i = 0; i < count; i++) broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value }]);
}

async function deleteBefore(offset: number): Promise<void> {
  const admin = createKafkaAdmin({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: broker.bootstrap.split(",") },
    network: systemNetwork,
    clock: systemClock,
    log: silentLog,
    onSocketError: () => {},
  });
  await admin.deleteRecordsBefore(TOPIC, new Map([[0, offset]]));
  await admin.close();
}

describe("a reader of ranges", () => {
  test("skips control records, also where they are all that a fetch brings", async () => {
    append(broker, 0, "a");
    broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value: null }], { control: true });
    append(broker, 0, "b");
    broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value: null }], { control: true });
    expect(await offsetsIn(reader().read(TOPIC, 0, 0, 9))).toEqual([0, 2]);
    const pages: unknown[] = [];
    for await (const page of reader().read(TOPIC, 0, 3, 9)) pages.push(page);
    expect(pages).toEqual([]);
  });

  test("does not go beyond the end that the log had when it began", async () => {
    appendLarge(3);
    const read: number[] = [];
    for await (const page of reader().read(TOPIC, 0, 0, 100)) {
      read.push(...page.map(({ offset }) => Number(offset)));
      append(broker, 0, "later");
    }
    expect(read).toEqual([0, 1, 2]);
  });

  test("waits for records that Kafka has but does not give yet", async () => {
    append(broker, 0, "a", "b");
    const withheld = broker.control("Fetch", () => ({ kind: "withhold" }), { topic: TOPIC, times: 2 });
    const { clock, pausesMs } = skippingClock();
    expect(await offsetsIn(reader({ clock }).read(TOPIC, 0, 0, 9))).toEqual([0, 1]);
    expect(withheld.hits).toBe(2);
    expect(pausesMs).toEqual([250, 500]);
  });

  test("asks again for an offset that is out of range only for a moment", async () => {
    append(broker, 0, "a", "b");
    const refused = broker.control("Fetch", () => ({ kind: "error", error: "OFFSET_OUT_OF_RANGE" }), {
      times: 1,
    });
    expect(await offsetsIn(reader({ clock: skippingClock().clock }).read(TOPIC, 0, 1, 9))).toEqual([1]);
    expect(refused.hits).toBe(1);
  });

  test("ends where the log was cut meanwhile", async () => {
    appendLarge(6);
    const seen: number[] = [];
    for await (const page of reader().read(TOPIC, 0, 0, 6)) {
      seen.push(...page.map(({ offset }) => Number(offset)));
      broker.deleteTopic(TOPIC);
      broker.createTopic(TOPIC);
      append(broker, 0, "of another log");
    }
    expect(seen).toEqual([0]);
  });

  test("goes on at the log start when records were trimmed meanwhile", async () => {
    const made = reader();
    appendLarge(6);
    const seen: number[] = [];
    for await (const page of made.read(TOPIC, 0, 0, 6)) {
      seen.push(...page.map(({ offset }) => Number(offset)));
      if (seen.length === 1) await deleteBefore(4);
    }
    expect(seen).toEqual([0, 4, 5]);
  });
});

describe("pages", () => {
  /** What a reading comes upon, without the records themselves. */
  async function pagesIn(pages: AsyncIterable<RangePage>): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for await (const page of pages) {
      const count = page.kind === "records" ? { count: page.records.length } : {};
      found.push({ kind: page.kind, nextOffset: page.nextOffset, ...count });
    }
    return found;
  }
  const count = (hits: { value: number }) => () => {
    hits.value++;
    return { kind: "pass" } as const;
  };

  test("tell how far they go, holes included, and never beyond what was asked for", async () => {
    append(broker, 0, "a", "b", "c");
    broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value: null }], { control: true });
    append(broker, 0, "d");
    expect(await pagesIn(reader().pages(TOPIC, 0, 1, 2))).toEqual([
      { kind: "records", nextOffset: 2, count: 1 },
    ]);
    expect(await pagesIn(reader().pages(TOPIC, 0, 1, 4))).toEqual([
      { kind: "records", nextOffset: 4, count: 2 },
    ]);
    expect(await pagesIn(reader().pages(TOPIC, 0, 3, 4))).toEqual([
      { kind: "records", nextOffset: 4, count: 0 },
    ]);
  });

  test("tell that the log begins above, and that it ends below", async () => {
    append(broker, 0, "a", "b", "c", "d");
    await deleteBefore(2);
    const trimmed = { kind: "trimmed", nextOffset: 2 };
    const rest = { kind: "records", nextOffset: 4, count: 2 };
    const ended = { kind: "ended", nextOffset: 4 };
    for (const endIsKnown of [false, true]) {
      expect(await pagesIn(reader().pages(TOPIC, 0, 0, 4, { endIsKnown }))).toEqual([trimmed, rest]);
      expect(await pagesIn(reader().pages(TOPIC, 0, 0, 9, { endIsKnown }))).toEqual([trimmed, rest, ended]);
      expect(await pagesIn(reader().pages(TOPIC, 0, 7, 9, { endIsKnown }))).toEqual([ended]);
      expect(await pagesIn(reader().pages(TOPIC, 0, 0, 1, { endIsKnown }))).toEqual([trimmed]);
    }
  });

  test("count what Kafka sent once, however many come of one answer", async () => {
    const value = Buffer.alloc(700_000);
    for (let i = 0; i < 6; i++) {
      broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value }], { codec: "gzip" });
    }
    const bytes: number[] = [];
    for await (const page of reader().pages(TOPIC, 0, 0, 6)) {
      if (page.kind === "records") bytes.push(page.fetchedBytes);
    }
    expect(bytes.slice(1)).toEqual([0, 0]);
    expect(bytes[0]).toBeGreaterThan(1000);
    expect(bytes[0]).toBeLessThan(100_000);
  });

  test("of a range whose end is known take one request, and see what is written meanwhile", async () => {
    append(broker, 0, "a", "b");
    const asked = { value: 0 };
    const made = reader();
    await pagesIn(made.pages(TOPIC, 0, 0, 1));
    broker.control("ListOffsets", count(asked));
    expect(await pagesIn(made.pages(TOPIC, 0, 0, 2, { endIsKnown: true }))).toHaveLength(1);
    expect(asked.value).toBe(0);
    const pages = made.pages(TOPIC, 0, 0, 3, { endIsKnown: true });
    expect((await pages.next()).value).toMatchObject({ nextOffset: 2 });
    append(broker, 0, "c");
    expect((await pages.next()).value).toMatchObject({ nextOffset: 3 });
    expect((await pages.next()).done).toBe(true);
    expect(asked.value).toBe(0);
  });

  test("that are to fail fast do so, and look up who leads before the next attempt", async () => {
    append(broker, 0, "a");
    const { clock, pausesMs } = skippingClock();
    const made = reader({ clock });
    await pagesIn(made.pages(TOPIC, 0, 0, 1));
    broker.moveLeader(TOPIC, 0, 2);
    const how = { failFast: true, endIsKnown: true };
    await expect(pagesIn(made.pages(TOPIC, 0, 0, 1, how))).rejects.toMatchObject({
      code: "kafka_request_failed",
    });
    expect(await pagesIn(made.pages(TOPIC, 0, 0, 1, how))).toHaveLength(1);
    expect(pausesMs).toEqual([]);
  });
});

describe("trouble", () => {
  test("a partition that another broker leads now is read there", async () => {
    appendLarge(4);
    const read: number[] = [];
    const { clock, pausesMs } = skippingClock();
    for await (const page of reader({ clock }).read(TOPIC, 0, 0, 4)) {
      read.push(...page.map(({ offset }) => Number(offset)));
      broker.moveLeader(TOPIC, 0, read.length % 2 === 0 ? 1 : 2);
    }
    expect(read).toEqual([0, 1, 2, 3]);
    expect(pausesMs).toEqual([250, 250, 250]);
  });

  test("a broker that went down is replaced by the one that leads now", async () => {
    appendLarge(3);
    const read: number[] = [];
    for await (const page of reader({ clock: skippingClock().clock }).read(TOPIC, 0, 0, 3)) {
      read.push(...page.map(({ offset }) => Number(offset)));
      broker.moveLeader(TOPIC, 0, 2);
      await broker.down(1);
    }
    expect(read).toEqual([0, 1, 2]);
  });

  test("a broker that does not come back is given up, after growing pauses that fill the time limit", async () => {
    append(broker, 0, "a");
    const { clock, pausesMs } = skippingClock();
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (text) => warnings.push(text) };
    const made = reader({ clock, log });
    expect(await offsetsIn(made.read(TOPIC, 0, 0, 1))).toEqual([0]);
    await broker.down();
    const failed = offsetsIn(made.read(TOPIC, 0, 0, 1));
    await expect(failed).rejects.toMatchObject({
      code: "kafka_unreachable",
      message: "reading partition 0 of topic telemetry: Kafka cannot be reached",
    });
    expect(pausesMs).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
    expect(warnings.length).toBe(pausesMs.length);
  });

  test("a broker that hangs is asked again after a deadline", async () => {
    append(broker, 0, "a");
    const hung = broker.control("Fetch", () => ({ kind: "hang" }), { times: 1 });
    const deadlines: (() => void)[] = [];
    const clock: Clock = {
      ...skippingClock().clock,
      after(delayMs, run) {
        if (delayMs === 10_500) deadlines.push(run);
        return { cancel: () => {} };
      },
    };
    const asked = offsetsIn(reader({ clock }).read(TOPIC, 0, 0, 1));
    while (hung.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    deadlines.at(-1)?.();
    expect(await asked).toEqual([0]);
  });

  test("a refusal for good is an error at once", async () => {
    append(broker, 0, "a");
    const refused = broker.control("Fetch", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
    await expect(offsetsIn(reader().read(TOPIC, 0, 0, 1))).rejects.toMatchObject({
      code: "kafka_request_failed",
    });
    expect(refused.hits).toBe(1);
  });

  test("a topic that is deleted in the middle is an error", async () => {
    appendLarge(3);
    const { clock } = skippingClock();
    const reading = async () => {
      for await (const _ of reader({ clock }).read(TOPIC, 0, 0, 3)) broker.deleteTopic(TOPIC);
    };
    await expect(reading()).rejects.toMatchObject({ code: "kafka_topic_missing" });
  });

  test("wrong settings are an error of the first reading", async () => {
    const made = reader({ settings: { brokers: ["no port:x"] } });
    await expect(collect(made.read(TOPIC, 0, 0, 1))).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("stopping", () => {
  const aborted = { code: "aborted" };

  test("a signal ends a reading that waits, and leaves the reader to others", async () => {
    append(broker, 0, "a");
    const made = reader();
    const hung = broker.control("Fetch", () => ({ kind: "hang" }), { topic: TOPIC, partition: 0 });
    const controller = new AbortController();
    const reading = offsetsIn(made.read(TOPIC, 0, 0, 1, controller.signal));
    while (hung.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(reading).rejects.toMatchObject(aborted);
    await expect(offsetsIn(made.read(TOPIC, 0, 0, 1, controller.signal))).rejects.toMatchObject(aborted);
    append(broker, 1, "b");
    expect(await offsetsIn(made.read(TOPIC, 1, 0, 1))).toEqual([0]);
  });

  test("a signal ends a pause between attempts", async () => {
    await broker.down();
    const controller = new AbortController();
    const clock: Clock = {
      ...systemClock,
      sleep(ms, signal) {
        controller.abort();
        return systemClock.sleep(ms, signal);
      },
    };
    await expect(offsetsIn(reader({ clock }).read(TOPIC, 0, 0, 1, controller.signal))).rejects.toMatchObject(
      aborted,
    );
  });

  test("a signal between two pages is heard", async () => {
    appendLarge(2);
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of reader().read(TOPIC, 0, 0, 2, controller.signal)) controller.abort();
    };
    await expect(reading()).rejects.toMatchObject(aborted);
  });

  test("closing ends what is read, and nothing is read afterwards", async () => {
    append(broker, 0, "a");
    const made = reader();
    const hung = broker.control("Fetch", () => ({ kind: "hang" }));
    const reading = offsetsIn(made.read(TOPIC, 0, 0, 1));
    while (hung.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = made.close();
    await expect(reading).rejects.toMatchObject(aborted);
    await closing;
    await expect(offsetsIn(made.read(TOPIC, 0, 0, 1))).rejects.toMatchObject(aborted);
  });
});
