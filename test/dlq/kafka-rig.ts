// Topics of a Kafka, embedded or real, filled and read record by record with exactly the headers that are wanted.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dlqCommand } from "../../src/cli/dlq.ts";
import { type StoredRecord, storedRecord } from "../../src/dlq/stored-record.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { encodeBatch } from "../../src/kafka-protocol/records.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin, type PartitionRange } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { createRangeReader } from "../../src/stream/range-reader.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { runCommand } from "../cli/cli-rig.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import type { Target } from "../sim/broker/conformance/target.ts";
import { connectWire } from "../sim/broker/wire-client.ts";

export interface KafkaRig {
  readonly target: Target;
  /** Folder of the ledgers. */
  readonly state: string;
  createTopic(name: string, partitions?: number): Promise<void>;
  /** Appends a record as it is and gives its offset. */
  append(record: Omit<StoredRecord, "offset">): Promise<number>;
  /** Everything in a topic, by partition and offset. */
  read(topic: string): Promise<readonly StoredRecord[]>;
  ranges(topic: string): Promise<readonly PartitionRange[]>;
  /** Runs `dashstream dlq ...` in this process; results of `--json` are parsed line by line. */
  dlq(topic: string, ...args: readonly string[]): Promise<DlqRun>;
  stop(): Promise<void>;
}

export interface DlqRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output that are JSON objects. */
  readonly objects: readonly Record<string, unknown>[];
}

const PRODUCE_VERSION = 7;

export async function kafkaRig(target: Target): Promise<KafkaRig> {
  const state = mkdtempSync(join(tmpdir(), "dashstream-dlq-"));
  const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: target.bootstrap.split(",") };
  const shared = { settings, network: systemNetwork, clock: systemClock, log: silentLog };
  const reader = createRangeReader(shared);
  const admin = createKafkaAdmin({ ...shared, onSocketError: () => {} });
  const wire = await connectWire(target.bootstrap);
  return {
    target,
    state,
    createTopic: (name, partitions = 1) => createTopic(target, name, partitions),
    async append({ topic, partition, timestampMs, key, value, headers }) {
      const named = headers.map(([name, bytes]) => ({ key: name, value: bytes }));
      const records = [encodeBatch([{ timestampMs, key, value, headers: named }])];
      const topics = [{ name: topic, partitions: [{ index: partition, records }] }];
      const request = { transactionalId: null, acks: -1, timeoutMs: 5_000, topics };
      const answer = (await wire.call(APIS.Produce, PRODUCE_VERSION, request)).topics[0]?.partitions[0];
      if (answer?.errorCode !== 0) throw new Error(`produce to ${topic}: error ${answer?.errorCode}`);
      return answer.baseOffset;
    },
    async read(topic) {
      const records: StoredRecord[] = [];
      for (const { partition, logStartOffset, logEndOffset } of await admin.ranges(topic)) {
        for await (const page of reader.read(topic, partition, logStartOffset, logEndOffset)) {
          records.push(...page.map((message) => storedRecord(topic, partition, message)));
        }
      }
      return records;
    },
    ranges: (topic) => admin.ranges(topic),
    async dlq(topic, ...args) {
      const env = { KAFKA_BROKERS: target.bootstrap, KAFKA_TOPIC: topic, XDG_STATE_HOME: state };
      const run = await runCommand([dlqCommand], ["dlq", ...args], { env });
      const lines = run.stdout.split("\n").filter((line) => line.startsWith("{"));
      return { ...run, objects: lines.map((line) => JSON.parse(line)) };
    },
    async stop() {
      wire.close();
      await Promise.all([reader.close(), admin.close()]);
      rmSync(state, { recursive: true });
    },
  };
}
