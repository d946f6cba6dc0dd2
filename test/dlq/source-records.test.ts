import { describe, expect, test } from "bun:test";
import type { RecordReader } from "../../src/dlq/read-letters.ts";
import { readSourceRecords } from "../../src/dlq/source-records.ts";
import { DashstreamError } from "../../src/errors.ts";
import { dlqRecord, memoryKafka, SOURCE } from "./records.ts";

function sourceWith(count: number, partitions = 1) {
  const kafka = memoryKafka();
  for (let partition = 0; partition < partitions; partition++) {
    for (let i = 0; i < count; i++)
      kafka.add(dlqRecord({ topic: SOURCE, partition, value: `${partition}-${i}` }));
  }
  return kafka;
}

const at = (partition: number, offset: number, topic = SOURCE) => ({ topic, partition, offset });

describe("records that are read again", () => {
  test("are found by their places, near ones in one go", async () => {
    const kafka = sourceWith(1000, 2);
    const places = [at(0, 900), at(1, 5), at(0, 3), at(0, 150), at(0, 3)];
    const found = await readSourceRecords(kafka.reader, places);
    expect([...found].map(([place, record]) => [place, String(record.value)])).toEqual([
      ["telemetry-0-3", "0-3"],
      ["telemetry-0-150", "0-150"],
      ["telemetry-0-900", "0-900"],
      ["telemetry-1-5", "1-5"],
    ]);
    expect(kafka.reads).toEqual(["telemetry 0 3..151", "telemetry 0 900..901", "telemetry 1 5..6"]);
  });

  test("that Kafka has no more are absent, and so are those of a topic that is gone", async () => {
    const kafka = sourceWith(10);
    kafka.trim(SOURCE, 0, 5);
    const places = [at(0, 2), at(0, 7), at(0, 99), at(4, 0), at(0, 1, "gone")];
    expect([...(await readSourceRecords(kafka.reader, places)).keys()]).toEqual(["telemetry-0-7"]);
  });

  test("are an error if Kafka does not answer", async () => {
    const reader: RecordReader = {
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      async *read() {
        throw new DashstreamError("kafka_unreachable", "no answer");
      },
    };
    await expect(readSourceRecords(reader, [at(0, 1)])).rejects.toThrow("no answer");
  });

  test("do not keep their pages alive", async () => {
    const page = Buffer.alloc(1024, 7);
    const kafka = memoryKafka();
    kafka.add(dlqRecord({ topic: SOURCE, key: page.subarray(0, 3), value: page.subarray(3, 9) }));
    const [record] = (await readSourceRecords(kafka.reader, [at(0, 0)])).values();
    expect(record?.value?.buffer).not.toBe(page.buffer);
    expect(record?.key?.buffer).not.toBe(page.buffer);
  });
});
