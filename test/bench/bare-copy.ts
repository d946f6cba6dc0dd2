// The baseline of redriving: a bare kafkajs loop that copies the dead letters to another topic, a hundred at a time, each
// hundred acknowledged by all replicas before the next. Arguments: brokers, records.

import { Kafka, logLevel, Partitioners } from "kafkajs";
import { report } from "./child.ts";
import { startMeter } from "./cost.ts";
import { DLQ_TOPIC } from "./records.ts";

const BATCH = 100;
const [brokers, records] = [String(process.argv[2]), Number(process.argv[3])];
const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
const consumer = kafka.consumer({ groupId: `copy-${process.pid}`, maxWaitTimeInMs: 250 });
await consumer.connect();
await consumer.subscribe({ topic: DLQ_TOPIC, fromBeginning: true });
let copied = 0;
let meter = startMeter();
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch: { messages } }) => {
    if (copied === 0) meter = startMeter();
    for (let from = 0; from < messages.length; from += BATCH) {
      const slice = messages.slice(from, from + BATCH);
      const copies = slice.map(({ key, value, headers }) => ({
        key,
        value,
        headers: headers ?? {},
        partition: 0,
      }));
      await producer.send({ topic: "bench-copy", acks: -1, messages: copies });
      copied += slice.length;
    }
    if (copied >= records) report(meter());
  },
});
