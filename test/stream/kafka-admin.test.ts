// What every Kafka must show an operator: the embedded broker and the real ones, in one table.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import type { ConformanceClient } from "../sim/broker/conformance/client.ts";
import { kafkajsClient, kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { describeReal } from "../support/real-components.ts";

const TIMEOUT_MS = 60_000;

interface Scene {
  readonly target: Target;
  readonly client: ConformanceClient;
  readonly admin: KafkaAdmin;
  /** A topic of its own with two partitions. */
  readonly topic: string;
}

function adminOf(bootstrap: string): KafkaAdmin {
  return createKafkaAdmin({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: bootstrap.split(",") },
    network: systemNetwork,
    clock: systemClock,
    log: silentLog,
    onSocketError: () => {},
  });
}

const VALUES = ["1", "2", "3"].map((value) => ({ key: "k", value }));

async function produceAt(target: Target, topic: string, timestampsMs: readonly number[]): Promise<void> {
  const producer = kafkajsFor(target.bootstrap).producer();
  await producer.connect();
  const messages = timestampsMs.map((timestampMs) => ({
    value: "v",
    partition: 0,
    timestamp: String(timestampMs),
  }));
  await producer.send({ topic, messages }).finally(() => producer.disconnect());
}

const BEHAVIOURS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "the cluster has a name, and topics": async ({ target, admin, topic }) => {
    expect((await admin.clusterId()).length).toBeGreaterThan(10);
    await createTopic(target, `${topic}-a`, 3);
    expect(await admin.topics()).toEqual((await admin.topics()).toSorted());
    expect(await admin.topics()).toEqual(expect.arrayContaining([topic, `${topic}-a`]));
    expect(await admin.topics()).not.toContain("__consumer_offsets");
    expect(await admin.partitionCount(`${topic}-a`)).toBe(3);
  },

  "partitions have a start and an end, also those that were added since": async (scene) => {
    const { target, client, admin, topic } = scene;
    await client.produce(topic, VALUES, { partition: 1 });
    const first = { partition: 0, logStartOffset: 0, logEndOffset: 0 };
    const second = { partition: 1, logStartOffset: 0, logEndOffset: 3 };
    expect(await admin.ranges(topic)).toEqual([first, second]);
    const kafkajs = kafkajsFor(target.bootstrap).admin();
    await kafkajs.connect();
    await kafkajs.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await kafkajs.disconnect();
    expect(await admin.ranges(topic)).toEqual([first, second, { ...first, partition: 2 }]);
    expect(await admin.partitionCount(topic)).toBe(3);
  },

  "the offset of a time is that of the first record which is not older": async ({ target, admin, topic }) => {
    const nowMs = Date.now();
    await produceAt(target, topic, [nowMs - 5_000, nowMs - 4_000, nowMs - 3_000]);
    const at = async (agoMs: number) => [...(await admin.offsetsAt(topic, nowMs - agoMs))];
    expect(await at(60_000)).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(await at(4_500)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await at(4_000)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await at(0)).toEqual([
      [0, 3],
      [1, 0],
    ]);
    expect([...(await admin.offsetsAt(topic, -1))]).toEqual([
      [0, 0],
      [1, 0],
    ]);
  },

  "offsets of a group that nobody is in are set, and read": async ({ admin, client, topic }) => {
    const group = `group-${topic}`;
    expect(await admin.committed(group, topic)).toEqual(new Map());
    expect(await admin.describeGroup(group)).toEqual({ state: "Dead", members: [] });
    await admin.commitOffsets(group, topic, new Map([[1, 2]]));
    expect(await admin.committed(group, topic)).toEqual(new Map([[1, 2]]));
    expect(await admin.describeGroup(group)).toEqual({ state: "Empty", members: [] });
    await client.produce(topic, VALUES, { partition: 1 });
    expect((await client.consume(topic, 1, group)).map(({ offset }) => offset)).toEqual([2]);
    await admin.commitOffsets(
      group,
      topic,
      new Map([
        [0, 0],
        [1, 1],
      ]),
    );
    expect(await admin.committed(group, topic)).toEqual(
      new Map([
        [0, 0],
        [1, 1],
      ]),
    );
  },

  "offsets of a group with members are not set, and the error names them": async ({
    admin,
    client,
    topic,
  }) => {
    const group = `group-${topic}`;
    const member = await client.join(group, topic);
    await member.assigned(2);
    const { state, members } = await admin.describeGroup(group);
    expect(state).toBe("Stable");
    expect(members).toEqual([
      { memberId: expect.stringMatching(/^conformance-/), clientId: "conformance", clientHost: "/127.0.0.1" },
    ]);
    await expect(admin.commitOffsets(group, topic, new Map([[0, 0]]))).rejects.toMatchObject({
      code: "kafka_request_failed",
      message: `offsets of group ${group} cannot be set while it is in use; it has 1 member(s): conformance at 127.0.0.1`,
    });
    await member.leave();
    await admin.commitOffsets(group, topic, new Map([[0, 0]]));
    expect(await admin.committed(group, topic)).toEqual(new Map([[0, 0]]));
  },

  "records before an offset are deleted": async ({ admin, client, topic }) => {
    await client.produce(topic, VALUES, { partition: 0 });
    await client.produce(topic, VALUES, { partition: 1 });
    expect(
      await admin.deleteRecordsBefore(
        topic,
        new Map([
          [0, 2],
          [1, 3],
        ]),
      ),
    ).toEqual(
      new Map([
        [0, 2],
        [1, 3],
      ]),
    );
    const ranges = await admin.ranges(topic);
    expect(ranges.map(({ logStartOffset, logEndOffset }) => [logStartOffset, logEndOffset])).toEqual([
      [2, 3],
      [3, 3],
    ]);
    expect(await admin.deleteRecordsBefore(topic, new Map([[0, 1]]))).toEqual(new Map([[0, 2]]));
    await expect(admin.deleteRecordsBefore(topic, new Map([[0, 4]]))).rejects.toMatchObject({
      code: "kafka_request_failed",
      message: `deleting records below offset 4 of partition 0 of topic ${topic}: the request failed`,
      cause: { type: "OFFSET_OUT_OF_RANGE" },
    });
    await expect(admin.deleteRecordsBefore(topic, new Map([[9, 1]]))).rejects.toMatchObject({
      code: "kafka_topic_missing",
    });
  },

  "a topic that does not exist is an error of its own, and is not made": async ({ admin, topic }) => {
    const missing = { code: "kafka_topic_missing" };
    const name = `${topic}-no`;
    await expect(admin.ranges(name)).rejects.toMatchObject(missing);
    await expect(admin.partitionCount(name)).rejects.toMatchObject(missing);
    await expect(admin.offsetsAt(name, 0)).rejects.toMatchObject(missing);
    await expect(admin.committed("group", name)).rejects.toMatchObject(missing);
    await expect(admin.commitOffsets("group", name, new Map([[0, 0]]))).rejects.toMatchObject(missing);
    await expect(admin.deleteRecordsBefore(name, new Map([[0, 0]]))).rejects.toMatchObject(missing);
    expect(await admin.topics()).not.toContain(name);
  },

  "it works again after a restart of the broker": async ({ target, admin, topic }) => {
    expect(await admin.partitionCount(topic)).toBe(2);
    await target.restart();
    const reached = async () => {
      try {
        return await admin.ranges(topic);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^kafka_(unreachable|request_failed)$/) });
        return null;
      }
    };
    let ranges = await reached();
    while (ranges === null) ranges = await reached();
    expect(ranges.length).toBe(2);
  },
};

function suite(start: () => Promise<Target>): void {
  let target: Target | undefined;
  let admin: KafkaAdmin | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    admin = adminOf(target.bootstrap);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await admin?.close();
    await target?.stop();
  }, TIMEOUT_MS);
  for (const [title, run] of Object.entries(BEHAVIOURS)) {
    const body = async () => {
      if (!target || !admin) throw new Error("the target did not start");
      const topic = `admin-${++topics}`;
      await createTopic(target, topic, 2);
      await run({ target, client: kafkajsClient(target.bootstrap), admin, topic });
    };
    test(title, body, TIMEOUT_MS);
  }
}

describe("administering the embedded broker", () => suite(embeddedTarget));
for (const release of ["kafka-3.9", "kafka-4"] as const) {
  describeReal(release, `administering ${release}`, () => suite(() => realTarget(release)));
}
