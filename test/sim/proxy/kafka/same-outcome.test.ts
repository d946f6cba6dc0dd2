// The same rule on the embedded broker and on a proxy before one gives the same answers: each API, refused for all topics,
// for one of two, and for one of its partitions.

import { afterAll, describe, expect, test } from "bun:test";
import { type Broker, createBroker } from "../../../../sim/broker/broker.ts";
import type { ControlFilter } from "../../../../sim/broker/control.ts";
import { createKafkaFaultProxy } from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import type { Api, RequestOf } from "../../../../src/kafka-protocol/api.ts";
import { APIS, type ApiName } from "../../../../src/kafka-protocol/apis.ts";
import { encodeBatch } from "../../../../src/kafka-protocol/records.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { manualClock } from "../../../support/manual-clock.ts";
import { metadataRequest, recordsOf } from "../../broker/broker-rig.ts";
import { connectWire, type WireClient } from "../../broker/wire-client.ts";

const HERE = { host: "127.0.0.1", port: 0 };
const records = [encodeBatch(recordsOf("one", "two"))];
const group = { groupId: "g", memberId: "", groupInstanceId: null };
const member = { ...group, generationId: -1 };

/** The partitions 0 and 1 of the topics a and b, with something in each. */
function partitions<P>(of: P) {
  const both = [0, 1].map((index) => ({ index, ...of }));
  return ["a", "b"].map((name) => ({ name, partitions: both }));
}

function fetchRequest(maxWaitMs: number): RequestOf<typeof APIS.Fetch> {
  const limits = { maxWaitMs, minBytes: 1, maxBytes: 1_000_000 };
  const session = { sessionId: 0, sessionEpoch: -1, forgottenTopics: [], rackId: "" };
  const topics = partitions({
    currentLeaderEpoch: -1,
    fetchOffset: 2,
    logStartOffset: -1,
    maxBytes: 1_000_000,
  });
  return { replicaId: -1, isolationLevel: 0, ...limits, ...session, topics };
}

const resources = ["a", "b"].map((resourceName) => ({ resourceType: 2, resourceName }));
const config = { name: "retention.ms", value: "7200000" };

type Requests = { readonly [N in ApiName]: RequestOf<(typeof APIS)[N]> };

/** In an order in which they can be handled one after the other. */
const REQUESTS: Requests = {
  ApiVersions: {},
  Metadata: metadataRequest(["b", "a", "nothing"]),
  Produce: { transactionalId: null, acks: -1, timeoutMs: 1_000, topics: partitions({ records }) },
  Fetch: fetchRequest(0),
  ListOffsets: {
    replicaId: -1,
    isolationLevel: 0,
    topics: partitions({ currentLeaderEpoch: -1, timestampMs: -1 }),
  },
  FindCoordinator: { key: "g", keyType: 0 },
  InitProducerId: { transactionalId: null, transactionTimeoutMs: 1_000 },
  OffsetCommit: {
    ...member,
    retentionTimeMs: -1,
    topics: partitions({ offset: 1, leaderEpoch: -1, metadata: "m" }),
  },
  OffsetFetch: { groupId: "g", topics: ["a", "b"].map((name) => ({ name, partitions: [1, 0] })) },
  JoinGroup: {
    ...group,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Buffer.from("m") }],
  },
  SyncGroup: { ...member, assignments: [] },
  Heartbeat: member,
  DescribeGroups: { groups: ["g", "nobody"], includeAuthorizedOperations: false },
  ListGroups: {},
  LeaveGroup: { groupId: "g", memberId: "", members: [{ memberId: "x", groupInstanceId: null }] },
  DescribeConfigs: {
    resources: resources.map((resource) => ({ ...resource, configurationKeys: ["retention.ms"] })),
    includeSynonyms: false,
    includeDocumentation: false,
  },
  AlterConfigs: {
    resources: resources.map((resource) => ({ ...resource, configs: [config] })),
    validateOnly: false,
  },
  IncrementalAlterConfigs: {
    resources: resources.map((resource) => ({ ...resource, configs: [{ ...config, configOperation: 0 }] })),
    validateOnly: false,
  },
  CreatePartitions: {
    topics: ["a", "b"].map((name) => ({ name, count: 3, assignments: null })),
    timeoutMs: 1_000,
    validateOnly: true,
  },
  CreateTopics: {
    topics: ["a", "new"].map((name) => ({
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    })),
    timeoutMs: 1_000,
    validateOnly: false,
  },
  DeleteRecords: { topics: partitions({ offset: 1 }), timeoutMs: 1_000 },
  DeleteTopics: { topicNames: ["b", "nothing", "a"], timeoutMs: 1_000 },
  DeleteGroups: { groupNames: ["g", "nobody"] },
};

interface Side {
  readonly wire: WireClient;
  readonly control: Broker["control"];
  readonly broker: Broker;
  /** What clients are told of the broker's address. */
  readonly address: { readonly host: string; readonly port: number };
}

const endings: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

async function side(isProxied: boolean): Promise<Side> {
  const clock = manualClock();
  const broker = createBroker({
    network: systemNetwork,
    clock,
    random: seededRandom(1),
    autoCreateTopics: false,
    defaultPartitions: 2,
  });
  await broker.start();
  endings.push(() => broker.stop());
  for (const name of ["a", "b"]) {
    broker.createTopic(name);
    for (const index of [0, 1]) broker.append(name, index, recordsOf("zero", "half"));
  }
  const [node] = broker.nodes;
  if (!node) throw new Error("a broker has a node");
  const front = createKafkaFaultProxy({ network: systemNetwork, clock, upstream: node, listen: HERE });
  if (isProxied) await front.start();
  endings.push(() => front.stop());
  const bootstrap = isProxied ? front.bootstrap : broker.bootstrap;
  const wire = await connectWire(bootstrap);
  endings.push(() => wire.close());
  const [host = "", port = ""] = bootstrap.split(":");
  const { control } = isProxied ? front : broker;
  return {
    wire,
    broker,
    control: (...rule) => control.apply(isProxied ? front : broker, rule),
    address: { host, port: Number(port) },
  };
}

/** What one side answers to all requests, each refused by a rule of its own, and what is in its logs then. */
async function outcome(
  { wire, control, broker, address }: Side,
  filter: ControlFilter,
  versionOf: VersionOf,
) {
  const answers: Record<string, unknown> = {};
  const ends: Record<string, unknown> = {};
  for (const [name, request] of Object.entries(REQUESTS) as [ApiName, never][]) {
    const api: Api = APIS[name];
    const rule = control(name, () => ({ kind: "error", error: "KAFKA_STORAGE_ERROR" }), filter);
    const answer = await wire.call(api, versionOf(api), request);
    rule.remove();
    // Before topics are deleted.
    if (name === "DeleteRecords")
      for (const topic of ["a", "b"]) ends[topic] = [broker.startOffsets(topic), broker.endOffsets(topic)];
    answers[name] = [rule.hits, JSON.parse(JSON.stringify(answer).replaceAll(String(address.port), "9092"))];
  }
  const { a, b } = ends;
  return { answers, ends: [a, b] };
}

type VersionOf = (api: Api) => number;

const VERSIONS: Readonly<Record<string, VersionOf>> = {
  newest: ({ maxVersion }) => maxVersion,
  oldest: ({ minVersion }) => minVersion,
};

const FILTERS: Readonly<Record<string, ControlFilter>> = {
  everything: {},
  "one topic": { topic: "a" },
  "one partition": { topic: "a", partition: 1 },
};

describe.each(Object.entries(VERSIONS))("in the %s versions", (_, versionOf) => {
  test.each(Object.entries(FILTERS))("an error for %s", async (_name, filter) => {
    const direct = await outcome(await side(false), filter, versionOf);
    const proxied = await outcome(await side(true), filter, versionOf);
    expect(proxied).toEqual(direct);
    // What the rule does not concern is answered, and what it concerns is refused: neither side may do nothing.
    expect(JSON.stringify(direct.answers.Produce)).toContain('"errorCode":56');
    if (filter.topic) expect(JSON.stringify(direct.answers.Produce)).toContain('"errorCode":0');
  });
});

test("without a rule, and with all topics asked for, the answers are the same too", async () => {
  const ask = async ({ wire, control, address }: Side) => {
    const rule = control("*", () => ({ kind: "pass" }));
    const rules = ["Metadata", "OffsetFetch"].map((api) =>
      control(api as ApiName, ({ targets }) =>
        targets.length === 0 ? { kind: "error", error: "UNKNOWN_SERVER_ERROR" } : { kind: "pass" },
      ),
    );
    const commit = await wire.call(APIS.OffsetCommit, 7, REQUESTS.OffsetCommit);
    const all = await wire.call(APIS.Metadata, 6, metadataRequest(null));
    const offsets = await wire.call(APIS.OffsetFetch, 5, { groupId: "g", topics: null });
    for (const { remove } of [rule, ...rules]) remove();
    const free = await wire.call(APIS.OffsetFetch, 5, { groupId: "g", topics: null });
    const old = await wire.call(APIS.Metadata, 0, metadataRequest([]));
    return JSON.stringify([commit, all, offsets, free, old]).replaceAll(String(address.port), "9092");
  };
  expect(await ask(await side(true))).toEqual(await ask(await side(false)));
});
