// All topics of the cluster. Leaders are dealt out to the nodes in turn, over all partitions of all topics.

import { DashstreamError } from "../../../src/errors.ts";
import { isLegalTopicName } from "../../../src/kafka-protocol/topic-name.ts";
import type { TopicConfig } from "./settings.ts";
import { type Partition, Topic } from "./topic.ts";

export class TopicRegistry {
  readonly #topics = new Map<string, Topic>();
  readonly #nodeIds: readonly number[];
  readonly #defaults: TopicConfig;
  #dealt = 0;

  constructor(nodeIds: readonly number[], defaults: TopicConfig) {
    this.#nodeIds = nodeIds;
    this.#defaults = defaults;
  }

  /** What topics have that do not set it themselves. */
  get defaults(): TopicConfig {
    return this.#defaults;
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** @throws DashstreamError `kafka_topic_missing` */
  require(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic) return topic;
    throw new DashstreamError("kafka_topic_missing", `the broker has no topic ${name}`);
  }

  partition(name: string, index: number): Partition | undefined {
    return this.#topics.get(name)?.partitions[index];
  }

  all(): Iterable<Topic> {
    return this.#topics.values();
  }

  /** @throws DashstreamError `config_invalid` for an illegal name, a name in use or a count below 1 */
  create(name: string, partitionCount: number, config: TopicConfig = {}): Topic {
    if (!isLegalTopicName(name)) {
      throw new DashstreamError("config_invalid", `topic name ${JSON.stringify(name)} is not legal`);
    }
    if (this.#topics.has(name)) throw new DashstreamError("config_invalid", `topic ${name} already exists`);
    if (!Number.isInteger(partitionCount) || partitionCount < 1) {
      throw new DashstreamError(
        "config_invalid",
        `topic ${name}: ${partitionCount} partitions, expected 1 or more`,
      );
    }
    const topic = new Topic(name, config, this.#defaults);
    this.#topics.set(name, topic);
    this.grow(topic, partitionCount);
    return topic;
  }

  /** Adds `count` partitions. */
  grow(topic: Topic, count: number): void {
    const leaders: number[] = [];
    for (let i = 0; i < count; i++) {
      leaders.push(this.#nodeIds[this.#dealt % this.#nodeIds.length] ?? 0);
      this.#dealt++;
    }
    topic.addPartitions(leaders);
  }

  /** Whether there was such a topic. */
  delete(name: string): boolean {
    const topic = this.#topics.get(name);
    this.#topics.delete(name);
    for (const partition of topic?.partitions ?? []) partition.log.close();
    return topic !== undefined;
  }
}
