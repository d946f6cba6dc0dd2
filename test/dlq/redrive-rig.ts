// A redrive between topics in memory, with a real ledger in a folder of its own.

import { afterEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ledger, openLedger, readLedger } from "../../src/dlq/ledger.ts";
import { narrow } from "../../src/dlq/letter-ranges.ts";
import { type RedriveDeps, type RedriveOptions, redrive } from "../../src/dlq/redrive.ts";
import type { RedriveReport } from "../../src/dlq/redrive-report.ts";
import type { StoredRecord } from "../../src/dlq/stored-record.ts";
import { DashstreamError } from "../../src/errors.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemProcesses } from "../../src/runtime/process-identity.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { PartitionRange } from "../../src/stream/kafka-admin.ts";
import type { WritableRecord } from "../../src/stream/topic-writer.ts";
import { DLQ, type MemoryKafka, memoryKafka, SOURCE, T0 } from "./records.ts";

export const OPTIONS: RedriveOptions = {
  filter: {},
  toTopic: null,
  repartition: false,
  maxHops: 3,
  ratePerSecond: null,
  batchSize: 100,
  includeSent: false,
  keepTimestamp: false,
};

export interface Written {
  readonly topic: string;
  readonly record: WritableRecord;
}

export interface RunChanges {
  /** Default true. */
  readonly execute?: boolean;
  readonly clock?: Clock;
  readonly ranges?: readonly PartitionRange[];
  /** Stands in front of the ledger's own. */
  readonly append?: (append: Ledger["append"]) => Ledger["append"];
}

export interface RedriveRig {
  readonly kafka: MemoryKafka;
  readonly ledgerPath: string;
  /** Records that were written, in their order. */
  readonly written: Written[];
  /** Sizes of the requests. */
  readonly requests: number[];
  readonly notes: string[];
  /** Topics with their numbers of partitions. */
  readonly topics: Map<string, number>;
  /** Asked before each write; an error is what Kafka answers. */
  answer: (records: readonly WritableRecord[]) => Error | null;
  /** How many turns a write takes, so that one may overtake another. */
  turns: () => number;
  interrupt(): void;
  run(options?: Partial<RedriveOptions>, changes?: RunChanges): Promise<RedriveReport>;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

export function redriveRig(): RedriveRig {
  const folder = mkdtempSync(join(tmpdir(), "dashstream-redrive-"));
  folders.push(folder);
  const kafka = memoryKafka();
  const interruption = new AbortController();
  const rig: RedriveRig = {
    kafka,
    ledgerPath: join(folder, "ledger.jsonl"),
    written: [],
    requests: [],
    notes: [],
    topics: new Map([[SOURCE, 4]]),
    answer: () => null,
    turns: () => 0,
    interrupt: () => interruption.abort(),
    async run(options = {}, { execute = true, clock = systemClock, ...changes } = {}) {
      const wanted = { ...OPTIONS, ...options };
      const ledgerOptions = {
        path: rig.ledgerPath,
        subject: { clusterId: "cluster", topic: DLQ },
        onNote: (text: string) => void rig.notes.push(text),
      };
      const ledger = execute
        ? await openLedger({ ...ledgerOptions, clock, processes: systemProcesses })
        : null;
      const deps: RedriveDeps = {
        source: {
          reader: kafka.reader,
          topic: DLQ,
          fallbackTopic: SOURCE,
          signal: interruption.signal,
        },
        ranges: narrow(changes.ranges ?? kafka.ranges(DLQ), wanted.filter),
        admin: { partitionCount: async (topic) => partitionCount(rig.topics, topic) },
        sent: ledger?.index ?? (await readLedger(ledgerOptions)),
        execution: ledger && {
          ledger: { ...ledger, append: changes.append?.(ledger.append) ?? ledger.append },
          write: (topic, records) => write(rig, topic, records),
        },
        clock,
        random: seededRandom(1),
        patienceMs: 0,
        onProgress: () => {},
        onNote: (text) => rig.notes.push(text),
      };
      return redrive(wanted, deps).finally(() => ledger?.close());
    },
  };
  return rig;
}

function partitionCount(topics: ReadonlyMap<string, number>, topic: string): number {
  const count = topics.get(topic);
  if (count === undefined) throw new DashstreamError("kafka_topic_missing", `topic ${topic}`);
  return count;
}

async function write(rig: RedriveRig, topic: string, records: readonly WritableRecord[]): Promise<void> {
  for (let turns = rig.turns(); turns > 0; turns--) await Promise.resolve();
  const error = rig.answer(records);
  if (error !== null) throw error;
  rig.requests.push(records.length);
  rig.written.push(...records.map((record) => ({ topic, record })));
}

/** A dead letter of Connect for a record of `telemetry`: simple, and with all in it. */
export function connectLetter(
  offset: number,
  changes: Partial<StoredRecord> & { readonly sourcePartition?: number; readonly hops?: number } = {},
): Omit<StoredRecord, "offset"> {
  const { sourcePartition = 0, hops = 0, ...rest } = changes;
  const headers: [string, string][] = [
    ["app", "mine"],
    ...(hops === 0 ? [] : ([["dashstream-redrive-hops", String(hops)]] as [string, string][])),
    ["__connect.errors.topic", SOURCE],
    ["__connect.errors.partition", String(sourcePartition)],
    ["__connect.errors.offset", String(offset)],
    ["__connect.errors.exception.class.name", "java.lang.IllegalStateException"],
  ];
  return {
    topic: DLQ,
    partition: 0,
    timestampMs: T0 + offset * 1000,
    key: Buffer.from(`key-${offset}`),
    value: Buffer.from(`value-${offset}`),
    headers: headers.map(([name, value]) => [name, Buffer.from(value)]),
    ...rest,
  };
}
