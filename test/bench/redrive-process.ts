// Redrives all dead letters of the bench to their topic, with the ledger on the disk. Arguments: brokers.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger } from "../../src/dlq/ledger.ts";
import { redrive } from "../../src/dlq/redrive.ts";
import { createTopicWriters } from "../../src/dlq/topic-writers.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { systemProcesses } from "../../src/runtime/process-identity.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createKafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { createRangeReader } from "../../src/stream/range-reader.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { report } from "./child.ts";
import { DLQ_TOPIC } from "./records.ts";

const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: String(process.argv[2]).split(",") };
const shared = { settings, network: systemNetwork, clock: systemClock, log: silentLog };
const admin = createKafkaAdmin({ ...shared, onSocketError: () => {} });
const reader = createRangeReader(shared);
const writers = createTopicWriters({ ...shared, sendTimeoutMs: 30_000 });
const folder = mkdtempSync(join(tmpdir(), "dashstream-bench-"));
const ledger = await openLedger({
  path: join(folder, "ledger.jsonl"),
  subject: { clusterId: "bench", topic: DLQ_TOPIC },
  onNote: () => {},
  clock: systemClock,
  processes: systemProcesses,
});
const ranges = await admin.ranges(DLQ_TOPIC);
const startCpu = process.cpuUsage();
const startMs = performance.now();
const { sent } = await redrive(
  {
    filter: {},
    toTopic: null,
    repartition: false,
    maxHops: 3,
    ratePerSecond: null,
    batchSize: 100,
    includeSent: false,
    keepTimestamp: false,
  },
  {
    source: {
      reader,
      topic: DLQ_TOPIC,
      fallbackTopic: null,
      signal: new AbortController().signal,
    },
    ranges,
    admin,
    sent: ledger.index,
    execution: { ledger, write: writers.write },
    clock: systemClock,
    random: seededRandom(1),
    patienceMs: 30_000,
    onProgress: () => {},
    onNote: () => {},
  },
);
const cpu = process.cpuUsage(startCpu);
const seconds = (performance.now() - startMs) / 1000;
await ledger.close();
rmSync(folder, { recursive: true });
report({ sent, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 });
