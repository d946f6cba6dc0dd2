// Producer and client in one process, so that one clock times the way through broker and appliance.
// Arguments: brokers, port of the appliance, records a second, seconds.

import { Kafka, logLevel, Partitioners } from "kafkajs";
import { report } from "./child.ts";
import { benchRecord, TOPIC } from "./records.ts";

const [brokers, port, rate, seconds] = [
  String(process.argv[2]),
  Number(process.argv[3]),
  Number(process.argv[4]),
  Number(process.argv[5]),
];
const TICK_MS = 10;
const WARM_UP_RECORDS = rate;
const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();

const sentAtMs: number[] = [];
const latenciesMs: number[] = [];
const total = rate * seconds + WARM_UP_RECORDS;
const done = Promise.withResolvers<void>();
const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
socket.binaryType = "arraybuffer";
const opened = Promise.withResolvers<void>();
socket.onopen = () => {
  socket.send('{"type":"resume","from":"latest","lastOffsetsByPartition":{}}');
  opened.resolve();
};
let received = 0;
socket.onmessage = ({ data }) => {
  if (typeof data === "string") return;
  const latency = performance.now() - (sentAtMs[received] ?? 0);
  if (received >= WARM_UP_RECORDS) latenciesMs.push(latency);
  received++;
  if (received === total) done.resolve();
};
await opened.promise;
const startMs = performance.now();
let made = 0;
while (made < total) {
  const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * rate));
  const messages = [];
  for (; made < due; made++) {
    sentAtMs.push(performance.now());
    messages.push(benchRecord(made));
  }
  if (messages.length > 0) await producer.send({ topic: TOPIC, acks: -1, messages });
  await Bun.sleep(TICK_MS);
}
await done.promise;
latenciesMs.sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.floor(q * (latenciesMs.length - 1))] ?? 0;
report({ p50Ms: quantile(0.5), p99Ms: quantile(0.99), records: latenciesMs.length });
process.exit(0);
