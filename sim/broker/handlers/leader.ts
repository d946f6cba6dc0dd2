// Finding the partition that a request is for, on the node that leads it.

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { faultOfPartition, type RequestContext } from "../request-context.ts";
import type { Partition, Topic } from "../topics/topic.ts";

export type Led =
  | { readonly kind: "led"; readonly topic: Topic; readonly partition: Partition }
  | { readonly kind: "refused"; readonly errorCode: number };

/** The partition, or why this node cannot serve it (a control rule's error comes first). */
export function findLed(context: RequestContext, topicName: string, index: number): Led {
  const fault = faultOfPartition(context, topicName, index);
  if (fault !== KAFKA_ERRORS.NONE) return { kind: "refused", errorCode: fault };
  const topic = context.cluster.topics.get(topicName);
  const partition = topic?.partitions[index];
  if (!topic || !partition) return { kind: "refused", errorCode: KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION };
  if (partition.leaderId !== context.nodeId) {
    return { kind: "refused", errorCode: KAFKA_ERRORS.NOT_LEADER_OR_FOLLOWER };
  }
  return { kind: "led", topic, partition };
}
