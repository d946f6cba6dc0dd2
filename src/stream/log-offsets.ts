// Offsets of all partitions of a topic: where their logs start and end, and what was young at a time.

import type { ResponseOf } from "../kafka-protocol/api.ts";
import { APIS } from "../kafka-protocol/apis.ts";
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from "../kafka-protocol/requests/list-offsets.ts";
import type { KafkaCluster, PartitionLeader } from "./kafka-cluster.ts";
import { checkErrorCode } from "./kafka-failure.ts";

/** What a partition holds now. */
export interface PartitionRange {
  readonly partition: number;
  /** Offset of the oldest record that Kafka still has. */
  readonly logStartOffset: number;
  /** Offset after the newest record. */
  readonly logEndOffset: number;
}

/** Everything that was written, committed or not. */
const READ_UNCOMMITTED = 0;

/** By partition, ascending. Rejects like `KafkaCluster.ask`, or with an error of kafkajs named after Kafka's code. */
export async function rangesOf(
  cluster: KafkaCluster,
  topic: string,
  timeoutMs: number,
): Promise<readonly PartitionRange[]> {
  const log = { cluster, topic, leaders: await cluster.leaders(topic, timeoutMs), timeoutMs };
  const [starts, ends] = await Promise.all([
    listOffsets(log, EARLIEST_TIMESTAMP),
    listOffsets(log, LATEST_TIMESTAMP),
  ]);
  return [...ends].map(([partition, logEndOffset]) => {
    return { partition, logStartOffset: starts.get(partition) ?? 0, logEndOffset };
  });
}

/** The first offset whose record is not older than `timestampMs`, by partition; the log end where there is none. */
export async function offsetsAtTime(
  cluster: KafkaCluster,
  topic: string,
  timestampMs: number,
  timeoutMs: number,
): Promise<ReadonlyMap<number, number>> {
  // The end is asked for first, so that a record which comes meanwhile is not left out.
  const log = { cluster, topic, leaders: await cluster.leaders(topic, timeoutMs), timeoutMs };
  const ends = await listOffsets(log, LATEST_TIMESTAMP);
  // Times below 0 mean something else in the protocol.
  const found = await listOffsets(log, Math.max(0, timestampMs));
  return new Map(
    [...found].map(([partition, offset]) => [partition, offset < 0 ? (ends.get(partition) ?? 0) : offset]),
  );
}

interface TopicLog {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly leaders: readonly PartitionLeader[];
  readonly timeoutMs: number;
}

type PartitionAnswer = ResponseOf<typeof APIS.ListOffsets>["topics"][number]["partitions"][number];

/** One request for each broker that leads some of the partitions. */
async function listOffsets(log: TopicLog, timestampMs: number): Promise<ReadonlyMap<number, number>> {
  const { cluster, topic, leaders, timeoutMs } = log;
  const byLeader = Map.groupBy(leaders, ({ nodeId }) => nodeId);
  const asked = [...byLeader.values()].map(async (led): Promise<readonly PartitionAnswer[]> => {
    const partitions = led.map(({ partition: index }) => ({ index, currentLeaderEpoch: -1, timestampMs }));
    const request = {
      replicaId: -1,
      isolationLevel: READ_UNCOMMITTED,
      topics: [{ name: topic, partitions }],
    };
    const to = { kind: "leader", topic, partition: partitions[0]?.index ?? 0 } as const;
    const { topics } = await cluster.ask({ to, api: APIS.ListOffsets, request, timeoutMs });
    return topics.flatMap((found) => found.partitions);
  });
  const answers = (await Promise.all(asked)).flat().sort((a, b) => a.index - b.index);
  for (const { errorCode } of answers) checkErrorCode(errorCode);
  return new Map(answers.map(({ index, offset }) => [index, offset]));
}
