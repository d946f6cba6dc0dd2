// What a group has committed. Offsets outlive members, restarts of the node and the generations of the group.

export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export class CommittedOffsets {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>();

  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.#topics.get(topic);
    if (!partitions) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    partitions.set(partition, committed);
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  /** All partitions with a committed offset, by topic. */
  topics(): Iterable<readonly [topic: string, partitions: readonly number[]]> {
    return [...this.#topics].map(([topic, partitions]) => [topic, [...partitions.keys()]] as const);
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }
}
