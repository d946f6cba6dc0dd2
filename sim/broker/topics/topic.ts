// A topic: its partitions, which node leads each, and its settings.

import { PartitionLog } from "../log/partition-log.ts";
import { limitsOf, type TopicConfig, type TopicLimits } from "./settings.ts";

export interface Partition {
  readonly index: number;
  readonly leaderId: number;
  readonly log: PartitionLog;
}

export class Topic {
  readonly name: string;
  readonly #defaults: TopicConfig;
  #config: TopicConfig;
  #limits: TopicLimits;
  #partitions: readonly Partition[] = [];

  constructor(name: string, config: TopicConfig, defaults: TopicConfig) {
    this.name = name;
    this.#defaults = defaults;
    this.#config = config;
    this.#limits = limitsOf(config, defaults);
  }

  get partitions(): readonly Partition[] {
    return this.#partitions;
  }

  /** What was set on the topic itself. */
  get config(): TopicConfig {
    return this.#config;
  }

  get limits(): TopicLimits {
    return this.#limits;
  }

  configure(config: TopicConfig): void {
    this.#config = config;
    this.#limits = limitsOf(config, this.#defaults);
  }

  /** Makes another node the leader of a partition. */
  lead(index: number, leaderId: number): void {
    this.#partitions = this.#partitions.map((partition) =>
      partition.index === index ? { ...partition, leaderId } : partition,
    );
  }

  /** Adds one partition for each leader. */
  addPartitions(leaderIds: readonly number[]): void {
    const first = this.#partitions.length;
    const added = leaderIds.map((leaderId, i) => ({
      index: first + i,
      leaderId,
      log: new PartitionLog(() => this.#limits),
    }));
    this.#partitions = [...this.#partitions, ...added];
  }
}
