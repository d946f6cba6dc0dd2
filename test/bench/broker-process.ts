// The embedded broker, filled on command: `fill N` appends N records to the one partition of the topic.

import { createBroker } from "../../sim/broker/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { onCommand, report } from "./child.ts";
import { benchRecord, TOPIC } from "./records.ts";

const BATCH = 500;
const broker = createBroker({ network: systemNetwork, clock: systemClock, random: seededRandom(1) });
await broker.start();
broker.createTopic(TOPIC, { partitions: 1 });
let appended = 0;
report({ bootstrap: broker.bootstrap });
await onCommand((command) => {
  const target = appended + Number(command.split(" ")[1]);
  while (appended < target) {
    const size = Math.min(BATCH, target - appended);
    const timestampMs = Date.now();
    const records = Array.from({ length: size }, (_, i) => ({ ...benchRecord(appended + i), timestampMs }));
    broker.append(TOPIC, 0, records);
    appended += size;
  }
  report({ appended });
});
