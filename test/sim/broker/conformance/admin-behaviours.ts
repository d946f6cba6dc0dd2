// The behaviours that operators rely on, through kafkajs' admin client.

import { expect } from "bun:test";
import { type Admin, ConfigResourceTypes } from "kafkajs";
import { eventually } from "../../../support/eventually.ts";
import { type Behaviour, createTopic } from "./behaviours.ts";
import { kafkajsFor } from "./kafkajs-client.ts";
import type { Target } from "./target.ts";

async function withAdmin<T>(target: Target, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkajsFor(target.bootstrap).admin();
  await admin.connect();
  return await use(admin).finally(() => admin.disconnect());
}

const byPartition = (a: { partition: number }, b: { partition: number }) => a.partition - b.partition;

/** Of what the brokers know by now; none while they know nothing of the topic. */
async function partitionIds(admin: Admin, topic: string): Promise<readonly number[]> {
  const offsets = await admin.fetchTopicOffsets(topic).catch(() => []);
  return offsets.map(({ partition }) => partition).sort();
}

export const ADMIN_BEHAVIOURS: readonly Behaviour[] = [
  {
    title: "a topic is created once, grows, and is deleted",
    async run({ target, topic }) {
      await withAdmin(target, async (admin) => {
        const topics = [{ topic, numPartitions: 2 }];
        expect(await admin.createTopics({ topics, waitForLeaders: false })).toBe(true);
        expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false);
        await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
        await eventually(async () => (await partitionIds(admin, topic)).length > 2);
        expect(await partitionIds(admin, topic)).toEqual([0, 1, 2, 3, 4]);
        await expect(admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })).rejects.toThrow();
        await admin.deleteTopics({ topics: [topic] });
        await eventually(async () => !(await admin.listTopics()).includes(topic));
        await expect(admin.deleteTopics({ topics: [topic] })).rejects.toThrow(/does not host this topic/);
      });
    },
  },
  {
    title: "a topic with a wrong name or setting is refused",
    async run({ target, topic }) {
      await withAdmin(target, async (admin) => {
        const wrongName = admin.createTopics({ topics: [{ topic: "no spaces" }] });
        await expect(wrongName).rejects.toThrow();
        const configEntries = [{ name: "retention.ms", value: "soon" }];
        await expect(admin.createTopics({ topics: [{ topic, configEntries }] })).rejects.toThrow();
        const unknown = [{ name: "no.such.setting", value: "1" }];
        await expect(admin.createTopics({ topics: [{ topic, configEntries: unknown }] })).rejects.toThrow();
        await expect(
          admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 9 }] }),
        ).rejects.toThrow();
        expect(await admin.listTopics()).not.toContain(topic);
      });
    },
  },
  {
    title: "settings of a topic are shown and changed",
    async run({ target, topic }) {
      await createTopic(target, topic, 1, { "retention.ms": "60000" });
      await withAdmin(target, async (admin) => {
        const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
        const read = async () => {
          const { resources } = await admin.describeConfigs({
            resources: [resource],
            includeSynonyms: false,
          });
          return new Map(resources[0]?.configEntries.map((e) => [e.configName, e.configValue]));
        };
        expect((await read()).get("retention.ms")).toBe("60000");
        expect((await read()).get("max.message.bytes")).toBe("1048588");
        const configEntries = [{ name: "max.message.bytes", value: "5000" }];
        await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
        expect((await read()).get("max.message.bytes")).toBe("5000");
        expect((await read()).get("retention.ms")).toBe("604800000");
      });
    },
  },
  {
    title: "offsets of both ends and of a time are found",
    async run({ target, client, topic }) {
      await createTopic(target, topic, 2);
      for (const compression of ["none", "zstd"] as const) {
        await client.produce(
          topic,
          [
            { key: "a", value: "1" },
            { key: "b", value: "2" },
          ],
          {
            partition: 0,
            compression,
          },
        );
      }
      await withAdmin(target, async (admin) => {
        const offsets = (await admin.fetchTopicOffsets(topic)).sort(byPartition);
        expect(offsets.map(({ low, high }) => [low, high])).toEqual([
          ["0", "4"],
          ["0", "0"],
        ]);
        const future = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() + 3_600_000);
        expect(future.sort(byPartition).map(({ offset }) => offset)).toEqual(["4", "0"]);
        const past = await admin.fetchTopicOffsetsByTimestamp(topic, 1);
        expect(past.sort(byPartition)[0]?.offset).toBe("0");
      });
    },
  },
  {
    title: "a group is listed and described, and deleted only when nobody is in it",
    async run({ target, client, topic }) {
      await createTopic(target, topic);
      const groupId = `group-${topic}`;
      const member = await client.join(groupId, topic);
      await member.assigned(1);
      await withAdmin(target, async (admin) => {
        const { groups } = await admin.listGroups();
        expect(groups).toContainEqual({ groupId, protocolType: "consumer" });
        const described = await admin.describeGroups([groupId]);
        expect(described.groups[0]?.state).toBe("Stable");
        expect(described.groups[0]?.members.length).toBe(1);
        await expect(admin.deleteGroups([groupId])).rejects.toThrow();
        await member.leave();
        expect((await admin.describeGroups([groupId])).groups[0]?.state).toBe("Empty");
        await admin.deleteGroups([groupId]);
        expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
      });
    },
  },
  {
    title: "offsets of a group without members are set and read from outside",
    async run({ target, topic }) {
      await createTopic(target, topic, 2);
      await withAdmin(target, async (admin) => {
        const groupId = `group-${topic}`;
        const none = await admin.fetchOffsets({ groupId, topics: [topic] });
        expect(none[0]?.partitions.map(({ offset }) => offset)).toEqual(["-1", "-1"]);
        await admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: "0" }] });
        const some = await admin.fetchOffsets({ groupId, topics: [topic] });
        expect(some[0]?.partitions.sort(byPartition).map(({ offset }) => offset)).toEqual(["-1", "0"]);
      });
    },
  },
];
