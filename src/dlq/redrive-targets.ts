// Where a redriven record goes: to its own topic and partition, unless somebody says otherwise. A topic that does not
// exist is never made by this.

import { DashstreamError } from "../errors.ts";
import type { KafkaAdmin } from "../stream/kafka-admin.ts";
import type { DeadLetterView } from "./letter.ts";
import type { RedriveTarget } from "./redriven-record.ts";

export interface TargetOptions {
  /** The topic for all records; `null` = each to its own. */
  readonly toTopic: string | null;
  /** Lets the key decide where the target has not the partition of the record. */
  readonly repartition: boolean;
}

export type TargetChoice =
  | { readonly ok: true; readonly target: RedriveTarget }
  | { readonly ok: false; readonly cause: "target_missing" | "wrong_partition"; readonly why: string };

/** Knows how many partitions each topic has, asked for once. */
export class RedriveTargets {
  readonly #admin: Pick<KafkaAdmin, "partitionCount">;
  readonly #options: TargetOptions;
  readonly #counts = new Map<string, number>();

  constructor(admin: Pick<KafkaAdmin, "partitionCount">, options: TargetOptions) {
    this.#admin = admin;
    this.#options = options;
  }

  /** The topic for a letter, `null` if nobody knows it. */
  topicOf({ source }: DeadLetterView): string | null {
    return this.#options.toTopic ?? source.topic;
  }

  /** @throws DashstreamError `kafka_unreachable` or `kafka_request_failed` */
  async choose(topic: string, { source }: DeadLetterView): Promise<TargetChoice> {
    const count = this.#counts.get(topic) ?? (await this.#count(topic));
    this.#counts.set(topic, count);
    if (count === 0) return { ok: false, cause: "target_missing", why: `topic ${topic} does not exist` };
    const { partition } = source;
    if (partition === null || partition < count) return { ok: true, target: { topic, partition } };
    if (this.#options.repartition) return { ok: true, target: { topic, partition: null } };
    const why = `partition ${partition}, but topic ${topic} has ${count}`;
    return { ok: false, cause: "wrong_partition", why };
  }

  async #count(topic: string): Promise<number> {
    try {
      return await this.#admin.partitionCount(topic);
    } catch (error) {
      if (error instanceof DashstreamError && error.code === "kafka_topic_missing") return 0;
      throw error;
    }
  }
}
