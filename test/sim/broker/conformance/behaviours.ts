// The behaviours that producers and consumers rely on, each run with every client against every target.

import { expect } from "bun:test";
import { led, makeTopics } from "../../../support/make-topics.ts";
import { COMPRESSIONS, type Compression, type ConformanceClient, type KeyedValue } from "./client.ts";
import { kafkajsFor } from "./kafkajs-client.ts";
import type { Target } from "./target.ts";

export interface Scene {
  readonly client: ConformanceClient;
  readonly target: Target;
  /** A topic of its own, not yet there. */
  readonly topic: string;
}

export interface Behaviour {
  readonly title: string;
  run(scene: Scene): Promise<void>;
}

/** Makes a topic through the protocol, as an operator would. Resolves once it takes records. */
export function createTopic(
  target: Target,
  topic: string,
  numPartitions = 1,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return makeTopics(kafkajsFor(target.bootstrap), { topic, numPartitions, configEntries });
}

function numbered(count: number, prefix = "value"): readonly KeyedValue[] {
  return Array.from({ length: count }, (_, i) => ({ key: `key-${i % 7}`, value: `${prefix}-${i}` }));
}

async function roundTrip({ client, target, topic }: Scene, compression: Compression): Promise<void> {
  await createTopic(target, topic);
  const records = numbered(200, "a value that can be compressed, a value that can be compressed");
  await client.produce(topic, records, { compression });
  const read = await client.consume(topic, 200);
  expect(read.map(({ key, value }) => ({ key, value }))).toEqual([...records]);
  expect(read.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
}

const roundTrips: readonly Behaviour[] = COMPRESSIONS.map((compression) => ({
  title: `records compressed with ${compression} come back in order, with key, value and offset`,
  run: (scene) => roundTrip(scene, compression),
}));

export const BEHAVIOURS: readonly Behaviour[] = [
  ...roundTrips,
  {
    title: "headers and a timestamp of now come back",
    async run({ client, target, topic }) {
      await createTopic(target, topic);
      const before = Date.now();
      await client.produce(topic, [{ key: "k", value: "v" }], { headers: { trace: "abc", empty: "" } });
      const [record] = await client.consume(topic, 1);
      expect(record?.headers).toEqual({ trace: "abc", empty: "" });
      expect(record?.timestampMs).toBeGreaterThanOrEqual(before);
      expect(record?.timestampMs).toBeLessThanOrEqual(Date.now());
    },
  },
  {
    title: "records of one key stay in one partition, and partitions count offsets for themselves",
    async run({ client, target, topic }) {
      await createTopic(target, topic, 3);
      await client.produce(topic, numbered(70));
      const read = await client.consume(topic, 70);
      const partitionsByKey = Map.groupBy(read, ({ key }) => key);
      for (const [, records] of partitionsByKey) {
        expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
      }
      for (const [, records] of Map.groupBy(read, ({ partition }) => partition)) {
        expect(records.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
      }
    },
  },
  {
    title: "a record of 900 kB passes",
    async run({ client, target, topic }) {
      await createTopic(target, topic);
      const value = "x".repeat(900_000);
      await client.produce(topic, [{ key: "large", value }]);
      const [record] = await client.consume(topic, 1);
      expect(record?.value).toBe(value);
    },
  },
  {
    title: "a record beyond max.message.bytes is refused, and a topic may allow more than the broker",
    async run({ client, target, topic }) {
      const value = "x".repeat(1_200_000);
      await createTopic(target, topic);
      await expect(client.produce(topic, [{ key: "k", value }])).rejects.toThrow(/too large|larger than/);
      await createTopic(target, `${topic}-wide`, 1, { "max.message.bytes": "2000000" });
      await client.produce(`${topic}-wide`, [{ key: "k", value }]);
      const [record] = await client.consume(`${topic}-wide`, 1);
      expect(record?.value.length).toBe(value.length);
    },
  },
  {
    title: "producing to an unknown topic is refused",
    async run({ client, topic }) {
      await expect(client.produce(topic, numbered(1))).rejects.toThrow(
        /unknown topic|does not host this topic/i,
      );
    },
  },
  {
    title: "an idempotent producer writes each record once",
    async run({ client, target, topic }) {
      await createTopic(target, topic);
      await client.produce(topic, numbered(50), { idempotent: true });
      const read = await client.consume(topic, 50);
      expect(read.map(({ value }) => value)).toEqual(numbered(50).map(({ value }) => value));
    },
  },
  {
    title: "a group goes on behind what it committed",
    async run({ client, target, topic }) {
      await createTopic(target, topic);
      await client.produce(topic, numbered(30));
      const first = await client.consume(topic, 30, `group-${topic}`);
      await client.produce(topic, numbered(5, "later"));
      const second = await client.consume(topic, 5, `group-${topic}`);
      expect(first.map(({ offset }) => offset)).toEqual(numbered(30).map((_, i) => i));
      expect(second.map(({ value }) => value)).toEqual(numbered(5, "later").map(({ value }) => value));
    },
  },
  {
    title: "two members share the partitions, and when one leaves the other gets all",
    async run({ client, target, topic }) {
      await createTopic(target, topic, 4);
      const group = `group-${topic}`;
      const first = await client.join(group, topic);
      expect(await first.assigned(4)).toEqual([0, 1, 2, 3]);
      const second = await client.join(group, topic);
      const shares = [...(await first.assigned(2)), ...(await second.assigned(2))];
      expect(shares.sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
      await first.leave();
      expect(await second.assigned(4)).toEqual([0, 1, 2, 3]);
      await second.leave();
    },
  },
];

/** Behaviours that interrupt the target; run after the others. */
export const RESTART_BEHAVIOURS: readonly Behaviour[] = [
  {
    title: "records and committed offsets outlive a crash, and the port stays the same",
    async run({ client, target, topic }) {
      await createTopic(target, topic);
      await client.produce(topic, numbered(20));
      await client.consume(topic, 20, `group-${topic}`);
      await target.restart();
      await led(kafkajsFor(target.bootstrap), topic);
      await client.produce(topic, numbered(3, "after"));
      const read = await client.consume(topic, 3, `group-${topic}`);
      expect(read.map(({ value, offset }) => ({ value, offset }))).toEqual(
        numbered(3, "after").map(({ value }, i) => ({ value, offset: 20 + i })),
      );
    },
  },
];
