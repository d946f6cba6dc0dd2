// Reading ranges in tests: what comes, as plain values.

import type { KafkaMessage } from "kafkajs";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "../../src/stream/kafka-settings.ts";
import { createRangeReader, type RangeReader } from "../../src/stream/range-reader.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";

export interface ReaderChanges {
  readonly settings?: Partial<KafkaSettings>;
  readonly clock?: Clock;
  readonly log?: Log;
}

export function readerOf(bootstrap: string, changes: ReaderChanges = {}): RangeReader {
  return createRangeReader({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: bootstrap.split(","), ...changes.settings },
    network: systemNetwork,
    clock: changes.clock ?? systemClock,
    log: changes.log ?? silentLog,
  });
}

export async function collect(
  pages: AsyncIterable<readonly KafkaMessage[]>,
): Promise<readonly KafkaMessage[]> {
  const records: KafkaMessage[] = [];
  for await (const page of pages) records.push(...page);
  return records;
}

export async function offsetsIn(pages: AsyncIterable<readonly KafkaMessage[]>): Promise<readonly number[]> {
  return (await collect(pages)).map(({ offset }) => Number(offset));
}

/** The integers from `from` up to `to`. */
export function upTo(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
