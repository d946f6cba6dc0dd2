// One record of Kafka as clients get it.

import type { RangeReader } from "../../stream/range-reader.ts";
import type { Inspector } from "../../wire/inspector.ts";
import type { ReadFromKafka } from "./redis-partitions.ts";

/** Reads from `topic`. The inspector is used by nobody else meanwhile, and judges as the stream's own does. */
export function kafkaRecordReader(
  reader: Pick<RangeReader, "read">,
  topic: string,
  inspector: Inspector,
): ReadFromKafka {
  return async (partition, offset) => {
    for await (const records of reader.read(topic, partition, offset, offset + 1)) {
      const value = records.find((record) => Number(record.offset) === offset)?.value ?? null;
      if (value === null || inspector.inspect(value) !== null) return null;
      const { forward } = inspector;
      return forward === null ? null : Buffer.from(forward);
    }
    return null;
  };
}
