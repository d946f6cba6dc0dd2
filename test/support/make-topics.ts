// Topics for tests in any Kafka, made as an operator would and waited for until they can be used.

import type { ITopicConfig, Kafka } from "kafkajs";
import { eventually } from "./eventually.ts";

/** Resolves once the topics take records. */
export async function makeTopics(kafka: Kafka, ...topics: readonly ITopicConfig[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [...topics], waitForLeaders: false }).finally(() => admin.disconnect());
  await led(kafka, ...topics.map(({ topic }) => topic));
}

/**
 * Resolves once topics that were just made, or whose broker has just started, take records. Of a new one the
 * controller knows first, the broker a little later, and it leads a little later still; when it leads it tells offsets.
 * kafkajs's own way to wait gives up while the broker does not know the topic.
 */
export async function led(kafka: Kafka, ...topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const tellsOffsets = (topic: string) =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    );
  try {
    for (const topic of topics) await eventually(() => tellsOffsets(topic));
  } finally {
    await admin.disconnect();
  }
}
