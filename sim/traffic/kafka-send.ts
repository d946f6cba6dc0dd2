// Traffic into a topic through a kafkajs producer.

import type { Producer } from "kafkajs";
import type { SendRecords } from "./delivery.ts";

const ALL_REPLICAS = -1;

/**
 * Sends batches with the acknowledgement of all replicas. The producer must not be an idempotent one: kafkajs's
 * loses acknowledged records when a broker answers late. Records may therefore arrive twice, but not be lost.
 */
export function kafkaSend(producer: Pick<Producer, "send">, topic: string): SendRecords {
  return async (records) => {
    const messages = records.map(({ key, value, headers }) => ({ key, value, headers }));
    await producer.send({ topic, acks: ALL_REPLICAS, messages });
  };
}
