// The embedded broker, filled on command: `fill N` appends N records to the one partition of the topic, `letters N` as
// many dead letters about such records, which hold all of them, to the dead-letter topic.

import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { onCommand, report } from "./child.ts";
import { benchLetter, benchRecord, DLQ_TOPIC, TOPIC } from "./records.ts";

const BATCH = 500;
const broker = await startEmbeddedBroker();
broker.createTopic(TOPIC, { partitions: 1 });
broker.createTopic(DLQ_TOPIC, { partitions: 1 });
const appended = new Map<string, number>();
const makers = new Map<string, readonly [topic: string, make: (index: number) => NewRecord]>([
  ["fill", [TOPIC, (index) => ({ ...benchRecord(index), timestampMs: Date.now() })]],
  ["letters", [DLQ_TOPIC, benchLetter]],
]);
report({ bootstrap: broker.bootstrap });
await onCommand((command) => {
  const [name = "", count] = command.split(" ");
  const [topic, make] = makers.get(name) ?? [];
  if (topic === undefined || make === undefined) throw new Error(`unknown command ${command}`);
  const start = appended.get(topic) ?? 0;
  const end = start + Number(count);
  for (let index = start; index < end; index += BATCH) {
    const size = Math.min(BATCH, end - index);
    const records = Array.from({ length: size }, (_, i) => make(index + i));
    broker.append(topic, 0, records);
  }
  appended.set(topic, end);
  report({ appended: end });
});
