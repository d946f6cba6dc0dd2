// What every Kafka must show a reader of ranges: the embedded broker and the real ones, in one table.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RangeReader } from "../../src/stream/range-reader.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import { COMPRESSIONS, type ConformanceClient } from "../sim/broker/conformance/client.ts";
import { kafkajsClient, kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { describeReal } from "../support/real-components.ts";
import { collect, offsetsIn, readerOf, upTo } from "./range-rig.ts";

const TIMEOUT_MS = 60_000;

interface Scene {
  readonly target: Target;
  readonly client: ConformanceClient;
  readonly reader: RangeReader;
  /** A topic of its own with one partition. */
  readonly topic: string;
}

function values(count: number, sizeBytes = 20) {
  return Array.from({ length: count }, (_, i) => ({
    key: `key-${i}`,
    value: String(i).padEnd(sizeBytes, "."),
  }));
}

const BEHAVIOURS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "a range begins and ends inside compressed batches of any codec": async ({ client, reader, topic }) => {
    for (const compression of COMPRESSIONS) await client.produce(topic, values(10), { compression });
    expect(await offsetsIn(reader.read(topic, 0, 3, 47))).toEqual(upTo(3, 47));
    const [record] = await collect(reader.read(topic, 0, 14, 15));
    expect([String(record?.key), String(record?.value).trim()]).toEqual(["key-4", `4${".".repeat(19)}`]);
  },

  "headers, a time and an absent key are what the producer gave": async ({ client, reader, topic }) => {
    const before = Date.now();
    await client.produce(topic, values(1), { headers: { trace: "abc", empty: "" } });
    const [record] = await collect(reader.read(topic, 0, 0, 1));
    expect(Object.keys(record?.headers ?? {})).toEqual(["trace", "empty"]);
    expect([String(record?.headers?.trace), String(record?.headers?.empty)]).toEqual(["abc", ""]);
    expect(Number(record?.timestamp)).toBeGreaterThanOrEqual(before);
  },

  "it ends where the log ends, and an empty range or log has nothing": async ({ client, reader, topic }) => {
    expect(await offsetsIn(reader.read(topic, 0, 0, 100))).toEqual([]);
    await client.produce(topic, values(5));
    expect(await offsetsIn(reader.read(topic, 0, 0, Number.POSITIVE_INFINITY))).toEqual(upTo(0, 5));
    expect(await offsetsIn(reader.read(topic, 0, 5, 9))).toEqual([]);
    expect(await offsetsIn(reader.read(topic, 0, 7, 9))).toEqual([]);
    expect(await offsetsIn(reader.read(topic, 0, 2, 2))).toEqual([]);
    expect(await offsetsIn(reader.read(topic, 0, 4, 2))).toEqual([]);
  },

  "it begins at the log start where older records are gone, even inside a batch": async (scene) => {
    const { target, client, reader, topic } = scene;
    await client.produce(topic, values(10));
    await client.produce(topic, values(10));
    const admin = kafkajsFor(target.bootstrap).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "13" }] });
    await admin.disconnect();
    expect(await offsetsIn(reader.read(topic, 0, 0, 18))).toEqual(upTo(13, 18));
    expect(await offsetsIn(reader.read(topic, 0, 2, 9))).toEqual([]);
  },

  "more than one fetch brings comes page by page": async ({ client, reader, topic }) => {
    for (let i = 0; i < 5; i++) await client.produce(topic, values(9, 90_000));
    const pages: number[][] = [];
    for await (const page of reader.read(topic, 0, 1, 44))
      pages.push(page.map(({ offset }) => Number(offset)));
    expect(pages.flat()).toEqual([...upTo(1, 44)]);
    expect(pages.length).toBeGreaterThan(3);
  },

  "a record larger than a fetch comes whole": async ({ target, client, reader, topic }) => {
    const wide = `${topic}-wide`;
    await createTopic(target, wide, 1, { "max.message.bytes": "4000000" });
    await client.produce(wide, [...values(1), ...values(1, 3_000_000), ...values(1)]);
    const read = await collect(reader.read(wide, 0, 0, 3));
    expect(read.map(({ value }) => value?.length)).toEqual([20, 3_000_000, 20]);
  },

  "many read at once over one connection": async ({ client, reader, topic }) => {
    for (let i = 0; i < 10; i++) await client.produce(topic, values(10));
    const ranges = upTo(0, 20).map((from) => offsetsIn(reader.read(topic, 0, from * 3, from * 5)));
    expect(await Promise.all(ranges)).toEqual(upTo(0, 20).map((from) => upTo(from * 3, from * 5)));
  },

  "a topic or a partition that does not exist is an error": async ({ reader, topic }) => {
    const missing = { code: "kafka_topic_missing" };
    await expect(offsetsIn(reader.read(`${topic}-no`, 0, 0, 9))).rejects.toMatchObject(missing);
    await expect(offsetsIn(reader.read(topic, 7, 0, 9))).rejects.toMatchObject(missing);
    await expect(offsetsIn(reader.read("no spaces", 0, 0, 9))).rejects.toMatchObject(missing);
  },

  "a restart of the broker in the middle is only a delay": async ({ target, client, reader, topic }) => {
    for (let i = 0; i < 4; i++) await client.produce(topic, values(9, 90_000));
    const read: number[] = [];
    let restarted: Promise<void> | null = null;
    for await (const page of reader.read(topic, 0, 0, 36)) {
      read.push(...page.map(({ offset }) => Number(offset)));
      restarted ??= target.restart();
    }
    await restarted;
    expect(read).toEqual([...upTo(0, 36)]);
  },
};

/** Only a real Kafka has transactions. */
const TRANSACTION_BEHAVIOURS: typeof BEHAVIOURS = {
  "records of aborted transactions and the markers of all are left out": async ({
    target,
    reader,
    topic,
  }) => {
    const kafka = kafkajsFor(target.bootstrap);
    const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const transact = async (value: string, end: "commit" | "abort") => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }, { value }] });
      await transaction[end]();
    };
    await transact("kept", "commit"); // 0, 1, marker 2
    await transact("dropped", "abort"); // 3, 4, marker 5
    await transact("kept", "commit"); // 6, 7, marker 8
    const open = await producer.transaction();
    await open.send({ topic, messages: [{ value: "undecided" }] }); // 9
    try {
      const read = await collect(reader.read(topic, 0, 0, 100));
      expect(read.map(({ offset, value }) => `${offset} ${value}`)).toEqual([
        "0 kept",
        "1 kept",
        "6 kept",
        "7 kept",
      ]);
      expect(await offsetsIn(reader.read(topic, 0, 4, 7))).toEqual([6]);
      expect(await offsetsIn(reader.read(topic, 0, 2, 6))).toEqual([]);
    } finally {
      await open.abort();
      await producer.disconnect();
    }
  },
};

function suite(start: () => Promise<Target>, behaviours: typeof BEHAVIOURS): void {
  let target: Target | undefined;
  let reader: RangeReader | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    reader = readerOf(target.bootstrap);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await reader?.close();
    await target?.stop();
  }, TIMEOUT_MS);
  for (const [title, run] of Object.entries(behaviours)) {
    const body = async () => {
      if (!target || !reader) throw new Error("the target did not start");
      const topic = `range-${++topics}`;
      await createTopic(target, topic);
      await run({ target, client: kafkajsClient(target.bootstrap), reader, topic });
    };
    test(title, body, TIMEOUT_MS);
  }
}

describe("reading ranges of the embedded broker", () => suite(embeddedTarget, BEHAVIOURS));
for (const release of ["kafka-3.9", "kafka-4"] as const) {
  describeReal(release, `reading ranges of ${release}`, () =>
    suite(() => realTarget(release), { ...TRANSACTION_BEHAVIOURS, ...BEHAVIOURS }),
  );
}
