// The baseline: a bare kafkajs consumer that does nothing with what it reads. Arguments: brokers, records.

import { Kafka, logLevel } from "kafkajs";
import { report } from "./child.ts";
import { startMeter } from "./cost.ts";
import { TOPIC } from "./records.ts";

const [brokers, records] = [String(process.argv[2]), Number(process.argv[3])];
const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `bare-${process.pid}`, maxWaitTimeInMs: 250 });
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
let seen = 0;
let meter = startMeter();
await consumer.run({
  autoCommit: true,
  eachBatch: async ({ batch }) => {
    if (seen === 0) meter = startMeter();
    seen += batch.messages.length;
    if (seen >= records) report(meter());
  },
});
