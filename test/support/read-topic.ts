// Everything that lies in a topic, read as any program would.

import { Kafka, type KafkaMessage, logLevel } from "kafkajs";

/** Reads until `count` records came, in the order of offsets of each partition. */
export async function readTopic(
  bootstrap: string,
  topic: string,
  count: number,
): Promise<readonly KafkaMessage[]> {
  const kafka = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}` });
  const records: KafkaMessage[] = [];
  const all = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      records.push(message);
      if (records.length >= count) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return records;
}
