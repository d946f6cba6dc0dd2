// The topics of the stack, made here only where no job of the compose file makes them. Kafka itself would make them with one
// partition, when the first producer comes.

import { MONITOR_DLQ_TOPIC, SERVER_DLQ_TOPIC, TOPIC } from "../../src/alerts/commands.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../src/kafka-protocol/error-codes.ts";
import { isTopicMissing } from "../../src/stream/infrastructure-errors.ts";
import { KafkaCluster } from "../../src/stream/kafka-cluster.ts";
import { checkErrorCode, isWorthRetrying } from "../../src/stream/kafka-failure.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { LOOPBACK } from "./places/addresses.ts";
import type { StackSeams } from "./running/seams.ts";

export interface Topic {
  readonly name: string;
  readonly partitions: number;
}

/** What the services read and write. */
export const STACK_TOPICS: readonly Topic[] = [
  { name: TOPIC, partitions: 3 },
  { name: SERVER_DLQ_TOPIC, partitions: 1 },
  { name: MONITOR_DLQ_TOPIC, partitions: 1 },
];

/** What became of a topic. */
export interface TopicOutcome extends Topic {
  readonly isNew: boolean;
}

const OPERATION_TIMEOUT_MS = 30_000;
/** Between looks at a topic whose partitions have no leader yet. */
const PAUSE_MS = 100;

/**
 * Makes those of `topics` that are not there, with the broker's defaults, and resolves when all take records.
 * @throws DashstreamError `kafka_unreachable`, or an error of kafkajs
 */
export async function createTopics(
  port: number,
  topics: readonly Topic[],
  { clock, network }: StackSeams,
): Promise<readonly TopicOutcome[]> {
  const settings = {
    ...DEFAULT_KAFKA_SETTINGS,
    brokers: [`${LOOPBACK}:${port}`],
    clientId: "dashstream-stack",
  };
  const cluster = new KafkaCluster({ settings, clock, network, log: silentLog });
  try {
    return await Promise.all(
      topics.map(async (topic) => {
        const isNew = await create(cluster, topic);
        let partitions = await partitionsLed(cluster, topic.name);
        while (partitions === null) {
          await clock.sleep(PAUSE_MS);
          partitions = await partitionsLed(cluster, topic.name);
        }
        return { name: topic.name, isNew, partitions };
      }),
    );
  } finally {
    await cluster.close();
  }
}

/** False if it was there. */
async function create(cluster: KafkaCluster, { name, partitions }: Topic): Promise<boolean> {
  const topic = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] };
  const answer = await cluster.ask({
    to: { kind: "any" },
    api: APIS.CreateTopics,
    request: { topics: [topic], timeoutMs: OPERATION_TIMEOUT_MS, validateOnly: false },
    timeoutMs: OPERATION_TIMEOUT_MS,
  });
  const errorCode = answer.topics[0]?.errorCode ?? KAFKA_ERRORS.NONE;
  if (errorCode === KAFKA_ERRORS.TOPIC_ALREADY_EXISTS) return false;
  checkErrorCode(errorCode);
  return true;
}

/** How many partitions a topic has; `null` while one of them has no leader, or the broker has not heard of the topic. */
async function partitionsLed(cluster: KafkaCluster, topic: string): Promise<number | null> {
  const leaders = await cluster.leaders(topic, OPERATION_TIMEOUT_MS).catch((error: unknown) => {
    if (isTopicMissing(error) || isWorthRetrying(error)) return [];
    throw error;
  });
  return leaders.length > 0 && leaders.every(({ nodeId }) => nodeId >= 0) ? leaders.length : null;
}
