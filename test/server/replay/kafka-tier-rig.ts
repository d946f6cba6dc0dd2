// The Kafka tier over a Kafka of any kind, with what it opens, counts and says kept for the test.

import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { BytePace } from "../../../src/server/replay/byte-pace.ts";
import {
  createKafkaTier,
  type KafkaTier,
  type KafkaTierLimits,
} from "../../../src/server/replay/kafka-tier.ts";
import type { ReplayPage, TierAnswer } from "../../../src/server/replay/tier.ts";
import { WithheldOffsets } from "../../../src/server/replay/withheld-offsets.ts";
import { createKafkaAdmin } from "../../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import type { RangeReader } from "../../../src/stream/range-reader.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../../src/telemetry/flood.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import { encodeFramed } from "../../../src/wire/encode.ts";
import { readerOf } from "../../stream/range-rig.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";

export interface TierChanges {
  readonly clock?: Clock;
  readonly bytesPerSecond?: number;
  readonly limits?: Partial<KafkaTierLimits>;
}

export interface TierRig {
  readonly tier: KafkaTier;
  readonly withheld: WithheldOffsets;
  readonly lines: readonly LogLine[];
  /** Where readings were begun. */
  readonly begun: readonly number[];
  readonly failures: () => number;
  /** What is there from an offset on, as a page. @throws Error if the tier says something else */
  page(fromOffset: number, toOffset: number): Promise<ReplayPage>;
  close(): Promise<void>;
}

export const MAX_PAYLOAD_BYTES = 1_048_576;

export function tierRig(bootstrap: string, topic: string, changes: TierChanges = {}): TierRig {
  const clock = changes.clock ?? systemClock;
  const reader = readerOf(bootstrap);
  const begun: number[] = [];
  const lines: LogLine[] = [];
  const withheld = new WithheldOffsets();
  const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
  const failures = metrics.counter("replay_buffer_kafka_failures_total");
  const pages: RangeReader["pages"] = (name, partition, fromOffset, ...rest) => {
    begun.push(fromOffset);
    return reader.pages(name, partition, fromOffset, ...rest);
  };
  const errors = floodGuard(keepingLog(lines), clock);
  const tier = createKafkaTier({
    reader: { pages },
    topic,
    inspector: { maxPayloadBytes: MAX_PAYLOAD_BYTES, schemaPolicy: "exact" },
    withheld,
    pace: new BytePace(changes.bytesPerSecond ?? 0, clock),
    clock,
    failures,
    errors,
    limits: changes.limits ?? {},
  });
  return {
    tier,
    withheld,
    lines,
    begun,
    failures: () => failures.value,
    async page(fromOffset, toOffset) {
      return pageIn(await tier.read(0, fromOffset, toOffset));
    },
    async close() {
      tier.close();
      await reader.close();
      errors.flush();
    },
  };
}

export function pageIn(answer: TierAnswer): ReplayPage {
  if (answer.kind === "page") return answer.page;
  throw new Error(`not a page: ${JSON.stringify(answer)}`);
}

export function offsetsOf({ records }: ReplayPage): readonly number[] {
  return records.map(({ offset }) => offset);
}

/** The values in hexadecimal digits. */
export function valuesOf({ records }: ReplayPage): readonly string[] {
  return records.map(({ value }) => Buffer.from(value).toString("hex"));
}

/** A framed event of at least so many bytes. */
export function event(sequence: number, sizeBytes = 0, schemaVersion = 1): Buffer {
  const header = { threadId: "thread", tenantId: "acme", sequence, schemaVersion };
  return encodeFramed(
    { event: { header, nodeId: "n".repeat(Math.max(1, sizeBytes)) } },
    { thresholdBytes: Number.POSITIVE_INFINITY, level: 3 },
  );
}

/** Deletes what the partition 0 has below an offset, as retention would. */
export async function trimBefore(bootstrap: string, topic: string, offset: number): Promise<void> {
  const admin = createKafkaAdmin({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: bootstrap.split(",") },
    network: systemNetwork,
    clock: systemClock,
    log: silentLog,
    onSocketError: () => {},
  });
  await admin.deleteRecordsBefore(topic, new Map([[0, offset]])).finally(() => admin.close());
}
