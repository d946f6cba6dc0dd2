// Creating, growing and deleting topics.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { createPartitions } from "../../../src/kafka-protocol/requests/create-partitions.ts";
import type { createTopics } from "../../../src/kafka-protocol/requests/create-topics.ts";
import type { deleteTopics } from "../../../src/kafka-protocol/requests/delete-topics.ts";
import { isLegalTopicName } from "../../../src/kafka-protocol/topic-name.ts";
import { refusedTopic } from "../refusals.ts";
import { faultOfTopic, type RequestContext } from "../request-context.ts";
import { type ConfigEntry, readTopicConfig } from "../topics/settings.ts";

interface Outcome {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const DONE: Outcome = { errorCode: KAFKA_ERRORS.NONE, errorMessage: null };

function refuse(errorCode: number, errorMessage: string | null): Outcome {
  return { errorCode, errorMessage };
}

type NewTopic = RequestOf<typeof createTopics>["topics"][number];

function refusalOfNewTopic(topic: NewTopic, context: RequestContext): Outcome | null {
  const { topics, settings, nodesUp } = context.cluster;
  const { name, numPartitions, replicationFactor, assignments } = topic;
  if (!isLegalTopicName(name)) {
    return refuse(KAFKA_ERRORS.INVALID_TOPIC_EXCEPTION, `Topic name is invalid: ${name}`);
  }
  if (topics.get(name)) return refuse(KAFKA_ERRORS.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  const count = partitionCountOf(topic, settings.defaultPartitions);
  if (count < 1) {
    return refuse(
      KAFKA_ERRORS.INVALID_PARTITIONS,
      `Number of partitions ${numPartitions} must be larger than 0`,
    );
  }
  const factor = assignments.length > 0 || replicationFactor === -1 ? 1 : replicationFactor;
  if (factor < 1 || factor > nodesUp.length) {
    const expected = `expected 1 to ${nodesUp.length}`;
    return refuse(KAFKA_ERRORS.INVALID_REPLICATION_FACTOR, `Replication factor ${factor}: ${expected}`);
  }
  return null;
}

function partitionCountOf({ numPartitions, assignments }: NewTopic, byDefault: number): number {
  if (assignments.length > 0) return assignments.length;
  return numPartitions === -1 ? byDefault : numPartitions;
}

function create(topic: NewTopic, context: RequestContext, validateOnly: boolean): Outcome {
  const { cluster } = context;
  const fault = faultOfTopic(context, topic.name);
  if (fault !== KAFKA_ERRORS.NONE) return refuse(fault, null);
  const refusal = refusalOfNewTopic(topic, context);
  if (refusal) return refusal;
  const config = readTopicConfig(topic.configs satisfies readonly ConfigEntry[]);
  if (config.kind === "invalid") return refuse(KAFKA_ERRORS.INVALID_CONFIG, config.reason);
  if (!validateOnly) {
    cluster.topics.create(
      topic.name,
      partitionCountOf(topic, cluster.settings.defaultPartitions),
      config.config,
    );
  }
  return DONE;
}

export function handleCreateTopics(
  request: RequestOf<typeof createTopics>,
  context: RequestContext,
): ResponseOf<typeof createTopics> {
  const topics = request.topics.map((topic) => ({
    name: topic.name,
    ...create(topic, context, request.validateOnly),
  }));
  return { throttleTimeMs: 0, topics };
}

export function handleDeleteTopics(
  request: RequestOf<typeof deleteTopics>,
  context: RequestContext,
): ResponseOf<typeof deleteTopics> {
  const topics = request.topicNames.map((name) => {
    const fault = faultOfTopic(context, name);
    if (fault !== KAFKA_ERRORS.NONE) return refusedTopic.DeleteTopics(name, fault);
    const existed = context.cluster.deleteTopic(name);
    return { name, errorCode: existed ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION };
  });
  return { throttleTimeMs: 0, topics };
}

function grow(name: string, count: number, context: RequestContext, validateOnly: boolean): Outcome {
  const fault = faultOfTopic(context, name);
  if (fault !== KAFKA_ERRORS.NONE) return refuse(fault, null);
  const { topics } = context.cluster;
  const topic = topics.get(name);
  if (!topic) return refuse(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION, null);
  const existing = topic.partitions.length;
  if (count <= existing) {
    const message = `The topic ${name} currently has ${existing} partition(s); ${count} would not be an increase.`;
    return refuse(KAFKA_ERRORS.INVALID_PARTITIONS, message);
  }
  if (!validateOnly) topics.grow(topic, count - existing);
  return DONE;
}

export function handleCreatePartitions(
  request: RequestOf<typeof createPartitions>,
  context: RequestContext,
): ResponseOf<typeof createPartitions> {
  const topics = request.topics.map(({ name, count }) => ({
    name,
    ...grow(name, count, context, request.validateOnly),
  }));
  return { throttleTimeMs: 0, topics };
}
