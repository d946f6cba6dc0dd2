// A broker on a clock that the test moves, and bare requests to it.

import { afterEach } from "bun:test";
import { type Broker, type BrokerOptions, createBroker } from "../../../sim/broker/broker.ts";
import type { BrokerControl } from "../../../sim/broker/control.ts";
import { createKafkaFaultProxy, type KafkaFaultProxy } from "../../../sim/proxy/kafka/kafka-proxy.ts";
import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { type BatchOptions, encodeBatch, type NewRecord } from "../../../src/kafka-protocol/records.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";
import { connectWire, type WireClient } from "./wire-client.ts";

/** Who breaks: the broker itself, or a proxy before it through which all go. */
export const FRONTS = ["the embedded broker", "a proxy before it"] as const;
export type Front = (typeof FRONTS)[number];

export interface BrokerRig {
  readonly broker: Broker;
  readonly clock: ManualClock;
  /** What rules are given to, and what goes down. */
  readonly front: Pick<BrokerControl, "control" | "down">;
  /** Connects to one node (default the first); closed with the rig. */
  connect(nodeId?: number, clientId?: string): Promise<WireClient>;
}

const endings: Array<() => Promise<void> | void> = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A started broker, stopped after the test. */
export async function brokerRig(
  options: Partial<BrokerOptions> = {},
  front: Front = "the embedded broker",
): Promise<BrokerRig> {
  const clock = manualClock();
  const broker = createBroker({ network: systemNetwork, clock, random: seededRandom(1), ...options });
  await broker.start();
  endings.push(() => broker.stop());
  const proxy = front === "a proxy before it" ? await proxyBefore(broker, clock) : null;
  return {
    broker,
    clock,
    front: proxy ?? broker,
    async connect(nodeId = 1, clientId = "wire") {
      const node = broker.nodes.find((candidate) => candidate.nodeId === nodeId);
      const wire = await connectWire(proxy?.bootstrap ?? `${node?.host}:${node?.port}`, { clientId });
      endings.push(() => wire.close());
      return wire;
    },
  };
}

/** Before the first node, of which it knows. */
async function proxyBefore(broker: Broker, clock: ManualClock): Promise<KafkaFaultProxy> {
  const [upstream] = broker.nodes;
  if (!upstream) throw new Error("a broker has a node");
  const listen = { host: "127.0.0.1", port: 0 };
  const proxy = createKafkaFaultProxy({ network: systemNetwork, clock, upstream, listen });
  await proxy.start();
  endings.push(() => proxy.stop());
  const wire = await connectWire(proxy.bootstrap);
  await wire.call(APIS.Metadata, 8, metadataRequest([]));
  wire.close();
  return proxy;
}

/** Values as records of one instant. */
export function recordsOf(...values: readonly string[]): readonly NewRecord[] {
  return values.map((value) => ({ timestampMs: 1_700_000_000_000, key: null, value: Buffer.from(value) }));
}

type ProducePartition = ResponseOf<typeof APIS.Produce>["topics"][number]["partitions"][number];
type FetchPartition = ResponseOf<typeof APIS.Fetch>["topics"][number]["partitions"][number];

/** Produces one batch of `values` to each of `partitions`. */
export async function produce(
  wire: WireClient,
  topic: string,
  values: readonly string[],
  partitions: readonly number[] = [0],
  batch: BatchOptions = {},
): Promise<readonly ProducePartition[]> {
  const records = [encodeBatch(recordsOf(...values), batch)];
  const topics = [{ name: topic, partitions: partitions.map((index) => ({ index, records })) }];
  const request = { transactionalId: null, acks: -1, timeoutMs: 1_000, topics };
  return (await wire.call(APIS.Produce, 8, request)).topics[0]?.partitions ?? [];
}

export interface FetchOptions {
  /** Offsets by partition; default `{ 0: 0 }`. */
  readonly from?: Readonly<Record<number, number>>;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
}

export async function fetch(
  wire: WireClient,
  topic: string,
  options: FetchOptions = {},
): Promise<readonly FetchPartition[]> {
  const { from = { 0: 0 }, maxWaitMs = 0, minBytes = 1 } = options;
  const partitions = Object.entries(from).map(([index, fetchOffset]) => ({
    index: Number(index),
    currentLeaderEpoch: -1,
    fetchOffset,
    logStartOffset: -1,
    maxBytes: 1_000_000,
  }));
  const request: RequestOf<typeof APIS.Fetch> = {
    replicaId: -1,
    maxWaitMs,
    minBytes,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ name: topic, partitions }],
    forgottenTopics: [],
    rackId: "",
  };
  return (await wire.call(APIS.Fetch, 11, request)).topics[0]?.partitions ?? [];
}

/** Bytes of records in one partition of a fetch response. */
export function bytesOf(partition: FetchPartition | undefined): number {
  return partition?.records.reduce((total, slice) => total + slice.length, 0) ?? 0;
}

export function metadataRequest(topics: readonly string[] | null): RequestOf<typeof APIS.Metadata> {
  return {
    topics,
    allowAutoTopicCreation: true,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  };
}
