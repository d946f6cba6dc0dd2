// The baseline: a bare kafkajs consumer that does nothing with what it reads. Arguments: brokers, records.

import { Kafka, logLevel } from "kafkajs";
import { report } from "./child.ts";
import { TOPIC } from "./records.ts";

const [brokers, records] = [String(process.argv[2]), Number(process.argv[3])];
const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `bare-${process.pid}`, maxWaitTimeInMs: 250 });
await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
let seen = 0;
let startCpu = process.cpuUsage();
let startMs = 0;
await consumer.run({
  autoCommit: true,
  eachBatch: async ({ batch }) => {
    if (seen === 0) {
      startCpu = process.cpuUsage();
      startMs = performance.now();
    }
    seen += batch.messages.length;
    if (seen < records) return;
    const cpu = process.cpuUsage(startCpu);
    report({ seconds: (performance.now() - startMs) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 });
  },
});
