// An embedded Kafka cluster for demo, tests and verification: speaks the Kafka protocol over the given network,
// keeps everything in memory, and breaks on command. With the same seed, clock and requests it gives the same
// answers. Not for production: no replication, no disk, no transactions, no access control.

import { DashstreamError } from "../../src/errors.ts";
import { readBatchHeader } from "../../src/kafka-protocol/record-batch.ts";
import { type BatchOptions, encodeBatch, type NewRecord } from "../../src/kafka-protocol/records.ts";
import type { Clock, Timer } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { type Address, Cluster, type NodeAddress } from "./cluster.ts";
import { type BrokerControl, Controls } from "./control.ts";
import { compress } from "./log/compression.ts";
import { BrokerNode, type NodeContext } from "./node.ts";
import { readTopicConfig, type TopicConfig } from "./topics/settings.ts";
import type { Partition } from "./topics/topic.ts";

export interface BrokerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /**
   * What clients are told to connect to, asked for with each answer; default: where the node listens. With a proxy
   * before the broker this is the proxy's address, else clients leave it after their first request.
   */
  readonly advertised?: (nodeId: number) => Address;
  /** One port for each node of the cluster, 0 for any free one; default one node on a free port. */
  readonly ports?: readonly number[];
  /** Whether asking for an unknown topic makes it; default true. */
  readonly autoCreateTopics?: boolean;
  /** Partitions of topics that do not say how many; default 1. */
  readonly defaultPartitions?: number;
  /** Settings of topics that do not set them, for example `max.message.bytes`. */
  readonly topicDefaults?: TopicConfig;
  /** How often old records are looked for; default 30 s. Size is looked at with each append. */
  readonly retentionCheckMs?: number;
  /** How long the first member of a group waits for others; default 0. */
  readonly groupInitialRebalanceDelayMs?: number;
  /** Shortest session timeout that a member may ask for; default 6 s, as in Kafka. */
  readonly groupMinSessionTimeoutMs?: number;
}

export interface Broker extends BrokerControl {
  /** `host:port` of all nodes, separated by commas; ports are known once it was started. */
  readonly bootstrap: string;
  readonly nodes: readonly NodeAddress[];
  /** @throws DashstreamError `port_in_use` or `listen_failed` */
  start(): Promise<void>;
  /** Ends all connections and timers. */
  stop(): Promise<void>;
  /** @throws DashstreamError `config_invalid` for an illegal or known name or a bad setting */
  createTopic(name: string, options?: { readonly partitions?: number; readonly config?: TopicConfig }): void;
  deleteTopic(name: string): void;
  /** @throws DashstreamError `kafka_topic_missing` */
  addPartitions(topic: string, count: number): void;
  /** Drops everything of a partition before `offset`, as DeleteRecords does. @throws DashstreamError `kafka_topic_missing` */
  trim(topic: string, partition: number, offset: number): void;
  /** Makes another node the leader of a partition, as an election would. @throws DashstreamError `kafka_topic_missing` */
  moveLeader(topic: string, partition: number, nodeId: number): void;
  /** Appends one batch without a client. @returns offset of its first record */
  append(topic: string, partition: number, records: readonly NewRecord[], options?: AppendOptions): number;
  /** Offset of the oldest record of each partition. @throws DashstreamError `kafka_topic_missing` */
  startOffsets(topic: string): readonly number[];
  /** Offset after the last record of each partition. @throws DashstreamError `kafka_topic_missing` */
  endOffsets(topic: string): readonly number[];
  expireMembers(groupId: string): number;
  /** What a group has committed for each partition; -1 for nothing. @throws DashstreamError `kafka_topic_missing` */
  committedOffsets(groupId: string, topic: string): readonly number[];
}

export type AppendOptions = Pick<BatchOptions, "codec" | "control">;

const CLUSTER_ID = "dashstream-embedded";
const DEFAULT_HOST = "127.0.0.1";
const RETENTION_CHECK_MS = 30_000;
/** Kafka's `group.min.session.timeout.ms` and `group.max.session.timeout.ms`. */
const MIN_SESSION_TIMEOUT_MS = 6_000;
const MAX_SESSION_TIMEOUT_MS = 1_800_000;

/** @throws DashstreamError `config_invalid` if a default setting of topics is not allowed */
export function createBroker(options: BrokerOptions): Broker {
  const { network, clock, random, log = silentLog, host = DEFAULT_HOST, ports = [0] } = options;
  const nodes = ports.map((port, index) => new BrokerNode(index + 1, host, port, options.advertised ?? null));
  const cluster = new Cluster(
    {
      clusterId: CLUSTER_ID,
      autoCreateTopics: options.autoCreateTopics ?? true,
      defaultPartitions: options.defaultPartitions ?? 1,
      topicDefaults: checkedConfig(options.topicDefaults ?? {}),
      groupInitialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0,
      groupMinSessionTimeoutMs: options.groupMinSessionTimeoutMs ?? MIN_SESSION_TIMEOUT_MS,
      groupMaxSessionTimeoutMs: MAX_SESSION_TIMEOUT_MS,
    },
    nodes,
    clock,
    random,
  );
  const controls = new Controls();
  const context: NodeContext = { network, cluster, controls, log };
  const chosen = (nodeId: number | undefined) =>
    nodes.filter((n) => nodeId === undefined || n.nodeId === nodeId);
  let retention: Timer | null = null;

  const up = async (nodeId?: number) => {
    for (const node of chosen(nodeId)) await node.up(context);
  };
  const down = async (nodeId?: number) => {
    await Promise.all(chosen(nodeId).map((node) => node.down(context)));
  };
  return {
    nodes,
    get connectionCount() {
      return nodes.reduce((total, node) => total + node.connectionCount, 0);
    },
    get acceptedCount() {
      return nodes.reduce((total, node) => total + node.acceptedCount, 0);
    },
    get bootstrap() {
      return nodes.map((node) => `${node.host}:${node.port}`).join(",");
    },
    async start() {
      await up();
      retention ??= clock.every(options.retentionCheckMs ?? RETENTION_CHECK_MS, () => trimToAge(cluster));
    },
    async stop() {
      retention?.cancel();
      retention = null;
      await down();
    },
    up,
    down,
    createTopic(name, { partitions, config } = {}) {
      const count = partitions ?? cluster.settings.defaultPartitions;
      cluster.topics.create(name, count, checkedConfig(config ?? {}));
    },
    deleteTopic: (name) => void cluster.deleteTopic(name),
    addPartitions: (topic, count) => void cluster.topics.grow(cluster.topics.require(topic), count),
    trim(topic, partition, offset) {
      const { log } = requirePartition(cluster, topic, partition);
      log.startAt(Math.min(offset, log.endOffset));
    },
    moveLeader(topic, partition, nodeId) {
      requirePartition(cluster, topic, partition);
      cluster.topics.require(topic).lead(partition, nodeId);
    },
    control: (api, decide, filter = {}) => controls.add(api, decide, filter),
    append: (topic, partition, records, batch) => append(cluster, topic, partition, records, batch),
    startOffsets: (topic) => cluster.topics.require(topic).partitions.map((p) => p.log.startOffset),
    endOffsets: (topic) => cluster.topics.require(topic).partitions.map((p) => p.log.endOffset),
    expireMembers: (groupId) => cluster.group(groupId)?.expireMembers() ?? 0,
    committedOffsets: (groupId, topic) =>
      cluster.topics
        .require(topic)
        .partitions.map(({ index }) => cluster.group(groupId)?.offsets.get(topic, index)?.offset ?? -1),
  };
}

function checkedConfig(config: TopicConfig): TopicConfig {
  const read = readTopicConfig(Object.entries(config).map(([name, value]) => ({ name, value })));
  if (read.kind === "invalid") throw new DashstreamError("config_invalid", read.reason);
  return read.config;
}

function trimToAge(cluster: Cluster): void {
  const nowMs = cluster.clock.nowMs();
  for (const topic of cluster.topics.all()) {
    for (const { log } of topic.partitions) log.trimToAge(nowMs);
  }
}

function requirePartition(cluster: Cluster, topic: string, index: number): Partition {
  const partition = cluster.topics.require(topic).partitions[index];
  if (partition) return partition;
  throw new DashstreamError("kafka_topic_missing", `topic ${topic} has no partition ${index}`);
}

function append(
  cluster: Cluster,
  topicName: string,
  index: number,
  records: readonly NewRecord[],
  options: AppendOptions = {},
): number {
  const partition = requirePartition(cluster, topicName, index);
  const batch = encodeBatch(records, { ...options, compress });
  const header = readBatchHeader(batch, 0);
  if (!header) throw new DashstreamError("invariant", "an encoded batch has no readable header");
  return partition.log.append(batch, header);
}
