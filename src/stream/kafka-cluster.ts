// Requests to the broker that they concern: the leader of a partition, the coordinator of a group, or any. Leaders
// and coordinators are looked up when first needed and kept until a request to them fails; connections are shared by
// all who ask. Nothing is tried again here, so every failure is seen by the caller.

import { DashstreamError } from "../errors.ts";
import type { Api, RequestOf, ResponseOf } from "../kafka-protocol/api.ts";
import { APIS } from "../kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../kafka-protocol/error-codes.ts";
import { GROUP_KEY_TYPE } from "../kafka-protocol/requests/find-coordinator.ts";
import { isLegalTopicName } from "../kafka-protocol/topic-name.ts";
import type { Clock } from "../runtime/clock.ts";
import { endsWithin, withDeadline } from "./deadline.ts";
import { createKafkaClient, type KafkaClient, type KafkaClientOptions } from "./kafka-client.ts";
import { checkErrorCode, isConnectionLost } from "./kafka-failure.ts";
import type { BrokerAddress } from "./kafka-settings.ts";
import { type BrokerConnection, connectionsOf, type KafkaConnections } from "./kafkajs-connections.ts";

/** The broker that a request is for. */
export type Recipient =
  | { readonly kind: "any" }
  | { readonly kind: "leader"; readonly topic: string; readonly partition: number }
  | { readonly kind: "coordinator"; readonly groupId: string };

export interface PartitionLeader {
  readonly partition: number;
  /** -1 while there is none. */
  readonly nodeId: number;
}

export interface Question<A extends Api> {
  readonly to: Recipient;
  readonly api: A;
  readonly request: RequestOf<A>;
  /** Milliseconds that each broker may take that has to be asked for it. */
  readonly timeoutMs: number;
}

/** The key of the connection to one of the brokers that the settings name. */
const SEED = "seed";
/** Milliseconds that closing may take before the sockets are cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Characters of a name that cannot be a topic's. */
const MAX_SHOWN_NAME = 100;

const ANY: Recipient = { kind: "any" };

export class KafkaCluster {
  readonly #clock: Clock;
  readonly #client: KafkaClient;
  readonly #connections: KafkaConnections;
  /** How many brokers the settings name. */
  readonly #seedCount: number;
  readonly #open = new Map<number | typeof SEED, Promise<BrokerConnection>>();
  readonly #addresses = new Map<number, BrokerAddress>();
  readonly #leaders = new Map<string, Promise<readonly PartitionLeader[]>>();
  readonly #coordinators = new Map<string, Promise<number>>();

  /** @throws DashstreamError `config_invalid` if the settings contradict each other */
  constructor(options: Omit<KafkaClientOptions, "retries">) {
    this.#clock = options.clock;
    this.#client = createKafkaClient({ ...options, retries: 0 });
    this.#connections = connectionsOf(this.#client.kafka);
    this.#seedCount = options.settings.brokers.length;
  }

  /**
   * The answer to one request; error codes in it are the caller's to read. Rejects with `kafka_unreachable` when the
   * time is up, `kafka_topic_missing` for a leader that no metadata names, else with an error of kafkajs.
   */
  async ask<A extends Api>(question: Question<A>): Promise<ResponseOf<A>> {
    const { to, timeoutMs } = question;
    try {
      switch (to.kind) {
        case "any":
          return await this.#askAny(question);
        case "leader":
          return await this.#send(leaderOf(to, await this.#knownLeaders(to.topic, timeoutMs)), question);
        case "coordinator":
          return await this.#send(await this.#coordinator(to.groupId, timeoutMs), question);
      }
    } catch (error) {
      this.forget(to);
      throw error;
    }
  }

  /** The partitions of a topic as they are now, ascending. Never creates it. Rejects like `ask`. */
  leaders(topic: string, timeoutMs: number): Promise<readonly PartitionLeader[]> {
    this.#leaders.delete(topic);
    return this.#knownLeaders(topic, timeoutMs);
  }

  /** Looks up anew, with the next request, who leads or coordinates: an answer said that it is another broker. */
  forget(recipient: Recipient): void {
    switch (recipient.kind) {
      case "any":
        return;
      case "leader":
        this.#leaders.delete(recipient.topic);
        return;
      case "coordinator":
        this.#coordinators.delete(recipient.groupId);
    }
  }

  /** The same for everybody. */
  forgetAll(): void {
    this.#leaders.clear();
    this.#coordinators.clear();
  }

  /** Requests under way fail. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    const closed = Promise.all(open.map(async (connection) => (await connection).close()));
    await endsWithin(this.#clock, CLOSE_TIMEOUT_MS, closed);
    this.#client.destroy();
  }

  /** A broker that is gone is no reason to fail while another answers. */
  async #askAny<A extends Api>(question: Question<A>): Promise<ResponseOf<A>> {
    for (const node of [...this.#open.keys()].filter((key) => key !== SEED)) {
      try {
        return await this.#send(node, question);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
      }
    }
    return await this.#send(SEED, question);
  }

  async #send<A extends Api>(node: number | typeof SEED, question: Question<A>): Promise<ResponseOf<A>> {
    const { api, request, timeoutMs } = question;
    const connection = remembered(this.#open, node, () => this.#connect(node));
    const answer = connection.then((opened) => opened.call(api, request));
    try {
      return await withDeadline(this.#clock, timeoutMs, `${api.name} request to Kafka`, answer);
    } catch (error) {
      // Whoever else waits on it may still get an answer, so it is closed when that has come.
      if (this.#open.get(node) === connection) this.#open.delete(node);
      void closeQuietly(connection);
      throw error;
    }
  }

  async #connect(node: number | typeof SEED): Promise<BrokerConnection> {
    if (node !== SEED) return await this.#connections.open(this.#addresses.get(node) ?? null);
    for (let left = this.#seedCount; left > 1; left--) {
      try {
        return await this.#connections.open(null);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
      }
    }
    return await this.#connections.open(null);
  }

  #knownLeaders(topic: string, timeoutMs: number): Promise<readonly PartitionLeader[]> {
    return remembered(this.#leaders, topic, () => this.#lookUpLeaders(topic, timeoutMs));
  }

  async #lookUpLeaders(topic: string, timeoutMs: number): Promise<readonly PartitionLeader[]> {
    // Dead letters name topics, and strangers write dead letters.
    if (!isLegalTopicName(topic)) {
      const shown = topic.slice(0, MAX_SHOWN_NAME);
      throw new DashstreamError("kafka_topic_missing", `no topic can be called ${JSON.stringify(shown)}`);
    }
    const request = { topics: [topic], allowAutoTopicCreation: false, ...NO_OPERATIONS };
    const answer = await this.ask({ to: ANY, api: APIS.Metadata, request, timeoutMs });
    for (const { nodeId, host, port } of answer.brokers) this.#addresses.set(nodeId, { host, port });
    const found = answer.topics.find(({ name }) => name === topic);
    if (!found || found.errorCode === KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION) {
      throw new DashstreamError("kafka_topic_missing", `there is no topic ${topic}`);
    }
    checkErrorCode(found.errorCode);
    const known = (nodeId: number) => (this.#addresses.has(nodeId) ? nodeId : -1);
    return found.partitions
      .map(({ partitionIndex, leaderId }) => ({ partition: partitionIndex, nodeId: known(leaderId) }))
      .sort((a, b) => a.partition - b.partition);
  }

  #coordinator(groupId: string, timeoutMs: number): Promise<number> {
    return remembered(this.#coordinators, groupId, () => this.#findCoordinator(groupId, timeoutMs));
  }

  async #findCoordinator(groupId: string, timeoutMs: number): Promise<number> {
    const request = { key: groupId, keyType: GROUP_KEY_TYPE };
    const answer = await this.ask({ to: ANY, api: APIS.FindCoordinator, request, timeoutMs });
    checkErrorCode(answer.errorCode);
    this.#addresses.set(answer.nodeId, { host: answer.host, port: answer.port });
    return answer.nodeId;
  }
}

/** Who may do what is of no interest. */
export const NO_OPERATIONS = {
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
};

/** What `known` has for `key`, else what `find` brings; a failure is not kept. */
function remembered<K, T>(known: Map<K, Promise<T>>, key: K, find: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier) return earlier;
  const found = find();
  known.set(key, found);
  found.catch(() => {
    if (known.get(key) === found) known.delete(key);
  });
  return found;
}

function leaderOf(
  { topic, partition }: Extract<Recipient, { readonly kind: "leader" }>,
  leaders: readonly PartitionLeader[],
): number {
  const leader = leaders.find((candidate) => candidate.partition === partition);
  if (!leader) {
    const has = `topic ${topic} has partitions 0 to ${leaders.length - 1}`;
    throw new DashstreamError("kafka_topic_missing", `there is no partition ${partition}: ${has}`);
  }
  if (leader.nodeId < 0) checkErrorCode(KAFKA_ERRORS.LEADER_NOT_AVAILABLE);
  return leader.nodeId;
}

async function closeQuietly(connection: Promise<BrokerConnection>): Promise<void> {
  try {
    await (await connection).close();
    // It failed already, and that was reported.
  } catch {}
}
