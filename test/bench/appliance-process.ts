// The whole appliance, measured from inside. Arguments: brokers, settings as JSON. Commands: `measure N CLIENTS` reports
// when N records were handled and the clients (if any) have gone; `memory` reports the resident memory; `clients` how
// many there are; `begin` starts counting and `figures` reports what was counted since.

import { loadConfig } from "../../src/config/load.ts";
import { buildInfo } from "../../src/runtime/build-info.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { Appliance } from "../../src/server/appliance.ts";
import { createLog } from "../../src/telemetry/json-log.ts";
import { onCommand, report } from "./child.ts";
import { startMeter, watchTurns } from "./cost.ts";
import { TOPIC } from "./records.ts";

const { config } = loadConfig({
  env: {
    KAFKA_BROKERS: String(process.argv[2]),
    KAFKA_TOPIC: TOPIC,
    KAFKA_GROUP_ID: `bench-${process.pid}`,
    WEBSOCKET_PORT: "0",
    WEBSOCKET_MAX_CONNECTIONS_PER_IP: "10000",
    ...JSON.parse(process.argv[3] ?? "{}"),
  },
  flags: {},
  readFile: () => "",
});
const log = createLog({
  level: "warn",
  component: "bench",
  clock: systemClock,
  write: (line) => process.stderr.write(line),
});
const appliance = new Appliance({
  config,
  clock: systemClock,
  random: systemRandom,
  network: systemNetwork,
  log,
  serve: serveHttp,
  build: buildInfo,
});
await appliance.start();
// A benchmark looks now and then instead of waiting for an event: a listener would be part of what it measures.
while (!appliance.ready || appliance.replay.redis?.connected === false) await Bun.sleep(10);
report({ port: appliance.address.port });

let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 100);
const kafkaReads = appliance.metrics.counter("replay_buffer_page_reads_total", { tier: "kafka" });
let counting = startMeter();
let turns: ReturnType<typeof watchTurns> | null = null;
let readsBefore = 0;
await onCommand((command) => {
  const [name, records, clients] = command.split(" ");
  if (name === "memory") {
    Bun.gc(true);
    report({ bytes: process.memoryUsage.rss(), peakBytes });
  } else if (name === "begin") {
    Bun.gc(true);
    peakBytes = process.memoryUsage.rss();
    readsBefore = kafkaReads.value;
    counting = startMeter();
    turns?.stop();
    turns = watchTurns();
    report({ bytes: peakBytes });
  } else if (name === "figures") {
    turns?.stop();
    const longestTurnMs = turns?.longestMs() ?? 0;
    report({ ...counting(), peakBytes, longestTurnMs, kafkaReads: kafkaReads.value - readsBefore });
  } else if (name === "clients") report({ clients: appliance.hub.clientCount });
  else if (name === "measure") void measure(Number(records), Number(clients));
});

async function measure(records: number, clients: number): Promise<void> {
  const success = appliance.metrics.counter("websocket_kafka_messages_total", { status: "success" });
  const start = success.value;
  let meter = startMeter();
  report({ measuring: 1 });
  while (success.value === start) {
    meter = startMeter();
    await Bun.sleep(1);
  }
  while (success.value < start + records || (clients > 0 && appliance.hub.clientCount > 0))
    await Bun.sleep(2);
  const cost = meter();
  const dropped = appliance.metrics.counter("websocket_dropped_messages_total", {
    reason: "lagged_receiver",
  }).value;
  const replay = appliance.replay.redis?.health();
  const unwritten = replay === undefined ? 0 : replay.writeDropped + replay.writeFailures;
  report({ ...cost, dropped, peakBytes, unwritten });
}
