// What we ask Kafka besides records: which topics exist, where their partitions start and end, what a group has
// committed, and the few things that an operator changes. Connections are opened when first needed and replaced after
// a failure; every question has a deadline, so a frozen broker holds nobody up.

import { DashstreamError } from "../errors.ts";
import { APIS } from "../kafka-protocol/apis.ts";
import { backoffMs, NO_JITTER } from "./backoff.ts";
import { withDeadline } from "./deadline.ts";
import type { GroupDescription } from "./group-members.ts";
import { commitOffsets, committedOffsets, describeGroup } from "./group-offsets.ts";
import { isAnswered } from "./infrastructure-errors.ts";
import type { KafkaClientOptions } from "./kafka-client.ts";
import { KafkaCluster, NO_OPERATIONS } from "./kafka-cluster.ts";
import { checkErrorCode, isWorthRetrying, kafkaFailure } from "./kafka-failure.ts";
import { offsetsAtTime, type PartitionRange, rangesOf } from "./log-offsets.ts";

export type { PartitionRange } from "./log-offsets.ts";

/** All methods reject with `kafka_topic_missing`, `kafka_unreachable` (no answer in time) or `kafka_request_failed`. */
export interface KafkaAdmin {
  /** What Kafka calls itself, the same for all its brokers and for its whole life. */
  clusterId(): Promise<string>;
  /** Names of all topics but Kafka's own, sorted. */
  topics(): Promise<readonly string[]>;
  /** Number of partitions of a topic. Never creates it. */
  partitionCount(topic: string, timeoutMs?: number): Promise<number>;
  /** Where each partition of a topic starts and ends now, by partition ascending. */
  ranges(topic: string, timeoutMs?: number): Promise<readonly PartitionRange[]>;
  /**
   * By partition, the offset of the first record whose timestamp is at least `timestampMs` (Unix milliseconds); the
   * log end where no record is that young.
   */
  offsetsAt(topic: string, timestampMs: number): Promise<ReadonlyMap<number, number>>;
  /** The committed offset by partition; a partition without one is absent. */
  committed(groupId: string, topic: string): Promise<ReadonlyMap<number, number>>;
  /** Who is in a group. A group that does not exist has the state `Dead`. */
  describeGroup(groupId: string): Promise<GroupDescription>;
  /**
   * Sets committed offsets of a group, which is made if there is none. Rejects with `kafka_request_failed`, naming the
   * members, while the group has any: their next commit would undo it.
   */
  commitOffsets(groupId: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void>;
  /**
   * Deletes the records below an offset in each of these partitions, for good, and gives the offsets at which their
   * logs start now. A rejection says nothing about the other partitions.
   */
  deleteRecordsBefore(
    topic: string,
    offsets: ReadonlyMap<number, number>,
  ): Promise<ReadonlyMap<number, number>>;
  close(): Promise<void>;
}

/** How to reach Kafka. */
export type KafkaAdminOptions = Omit<KafkaClientOptions, "retries">;

/** @throws DashstreamError `config_invalid` on the first question if the settings contradict each other */
export function createKafkaAdmin(options: KafkaAdminOptions): KafkaAdmin {
  const { metadataTimeoutMs, operationTimeoutMs } = options.settings;
  const { ask, close } = questions(options);
  return {
    clusterId: () => ask("the id of the cluster", metadataTimeoutMs, clusterId),
    topics: () => ask("the names of topics", metadataTimeoutMs, topicNames),
    partitionCount: (topic, timeoutMs = metadataTimeoutMs) =>
      ask(`partitions of topic ${topic}`, timeoutMs, async (cluster) => {
        return (await cluster.leaders(topic, timeoutMs)).length;
      }),
    ranges: (topic, timeoutMs = metadataTimeoutMs) =>
      ask(`offsets of topic ${topic}`, timeoutMs, (cluster) => rangesOf(cluster, topic, timeoutMs)),
    offsetsAt: (topic, timestampMs) =>
      ask(`offsets of topic ${topic} at a time`, metadataTimeoutMs, (cluster, timeoutMs) =>
        offsetsAtTime(cluster, topic, timestampMs, timeoutMs),
      ),
    committed: (groupId, topic) =>
      ask(`committed offsets of group ${groupId}`, metadataTimeoutMs, (cluster, timeoutMs) =>
        committedOffsets(cluster, groupId, topic, timeoutMs),
      ),
    describeGroup: (groupId) =>
      ask(`members of group ${groupId}`, metadataTimeoutMs, (cluster, timeoutMs) =>
        describeGroup(cluster, groupId, timeoutMs),
      ),
    commitOffsets: (groupId, topic, offsets) =>
      ask(`setting offsets of group ${groupId}`, metadataTimeoutMs, (cluster, timeoutMs) =>
        commitOffsets(cluster, groupId, topic, offsets, timeoutMs),
      ),
    async deleteRecordsBefore(topic, offsets) {
      const deleted = [...offsets].map(async ([partition, offset]) => {
        const what = `deleting records below offset ${offset} of partition ${partition} of topic ${topic}`;
        const startOffset = await ask(what, operationTimeoutMs, (cluster, timeoutMs) =>
          deleteRecordsBelow(cluster, { topic, partition, offset }, timeoutMs),
        );
        return [partition, startOffset] as const;
      });
      return new Map(await Promise.all(deleted));
    },
    close,
  };
}

type Question<T> = (cluster: KafkaCluster, timeoutMs: number) => Promise<T>;

/** Attempts at a question to which Kafka answers that its trouble is temporary, for example an election. */
const ATTEMPTS = 3;

/** Puts questions to a cluster that is connected when first needed. */
function questions(options: KafkaAdminOptions) {
  const { clock } = options;
  let cluster: KafkaCluster | null = null;

  async function ask<T>(what: string, timeoutMs: number, question: Question<T>): Promise<T> {
    cluster ??= new KafkaCluster(options);
    try {
      return await withDeadline(clock, timeoutMs, what, attempts(cluster, timeoutMs, question));
    } catch (error) {
      throw kafkaFailure(what, error);
    }
  }

  async function attempts<T>(used: KafkaCluster, timeoutMs: number, question: Question<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await question(used, timeoutMs);
      } catch (error) {
        // A lost connection is for the caller to judge; it may wait for Kafka, or have no time to.
        if (failures === ATTEMPTS || !isAnswered(error) || !isWorthRetrying(error)) throw error;
        used.forgetAll();
        await clock.sleep(backoffMs(failures, NO_JITTER));
      }
    }
  }

  async function close(): Promise<void> {
    const open = cluster;
    cluster = null;
    await open?.close();
  }

  return { ask, close };
}

const ANY = { kind: "any" } as const;
const METADATA_REQUEST = { allowAutoTopicCreation: false, ...NO_OPERATIONS };

async function clusterId(cluster: KafkaCluster, timeoutMs: number): Promise<string> {
  const request = { ...METADATA_REQUEST, topics: [] };
  const answer = await cluster.ask({ to: ANY, api: APIS.Metadata, request, timeoutMs });
  if (answer.clusterId !== null) return answer.clusterId;
  throw new DashstreamError("kafka_request_failed", "Kafka does not say what its cluster is called");
}

async function topicNames(cluster: KafkaCluster, timeoutMs: number): Promise<readonly string[]> {
  const request = { ...METADATA_REQUEST, topics: null };
  const answer = await cluster.ask({ to: ANY, api: APIS.Metadata, request, timeoutMs });
  return answer.topics
    .filter(({ isInternal }) => !isInternal)
    .map(({ name }) => name)
    .sort();
}

interface Deletion {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

async function deleteRecordsBelow(
  cluster: KafkaCluster,
  { topic, partition, offset }: Deletion,
  timeoutMs: number,
): Promise<number> {
  const request = { topics: [{ name: topic, partitions: [{ index: partition, offset }] }], timeoutMs };
  const to = { kind: "leader", topic, partition } as const;
  const { topics } = await cluster.ask({ to, api: APIS.DeleteRecords, request, timeoutMs });
  const deleted = topics[0]?.partitions[0];
  if (!deleted) throw new DashstreamError("protocol_error", "the answer does not have the partition");
  checkErrorCode(deleted.errorCode);
  return deleted.lowWatermark;
}
