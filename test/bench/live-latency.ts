// A producer and some live clients in one process, so that one clock times the way through broker and appliance.
// Arguments: brokers, port of the appliance, records a second, clients. Reports when the clients are live; afterwards
// the command `quantiles` reports the latencies of what arrived since the last one.

import { Kafka, logLevel, Partitioners } from "kafkajs";
import { onCommand, report } from "./child.ts";
import { benchRecord, TOPIC } from "./records.ts";

const [brokers, port] = [String(process.argv[2]), Number(process.argv[3])];
const [rate, clients] = [Number(process.argv[4]), Number(process.argv[5])];
const TICK_MS = 10;

/** By the number of the record, which is also how many a client has received before it. */
const sentAtMs: number[] = [];
let latenciesMs: number[] = [];

function follow(): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.binaryType = "arraybuffer";
  let received = 0;
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send('{"type":"resume","from":"latest","lastOffsetsByPartition":{}}');
    socket.onerror = () => reject(new Error("no connection"));
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") {
        latenciesMs.push(performance.now() - (sentAtMs[received] ?? 0));
        received++;
      } else if (data.includes("replay_complete")) resolve();
      else if (!data.includes('"cursor"')) throw new Error(`a live client was sent ${data}`);
    };
    socket.onclose = ({ code }) => {
      throw new Error(`a live client was disconnected with ${code}`);
    };
  });
}

async function produce(): Promise<never> {
  const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const startMs = performance.now();
  for (let made = 0; ; await Bun.sleep(TICK_MS)) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * rate);
    const messages = [];
    for (; made < due; made++) {
      sentAtMs.push(performance.now());
      messages.push(benchRecord(made));
    }
    if (messages.length > 0) await producer.send({ topic: TOPIC, acks: -1, messages });
  }
}

await Promise.all(Array.from({ length: clients }, follow));
void produce();
report({ live: clients });
await onCommand(() => {
  const sorted = latenciesMs.sort((a, b) => a - b);
  latenciesMs = [];
  const quantile = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
  report({ p50Ms: quantile(0.5), p99Ms: quantile(0.99), count: sorted.length });
});
