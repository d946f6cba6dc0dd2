// Redrives all dead letters of the bench to their topic, with the ledger on the disk. Arguments: brokers,
// letters.

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
import { startMeter } from "./cost.ts";
import { DLQ_TOPIC } from "./records.ts";

const [brokers, letters] = [String(process.argv[2]), Number(process.argv[3])];
const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: brokers.split(",") };
const shared = { settings, network: systemNetwork, clock: systemClock, log: silentLog };
const admin = createKafkaAdmin(shared);
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
const meter = startMeter();
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
const cost = meter();
await ledger.close();
rmSync(folder, { recursive: true });
if (sent !== letters) throw new Error(`${sent} of ${letters} dead letters were redriven`);
report(cost);
