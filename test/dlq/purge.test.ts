import { describe, expect, test } from "bun:test";
import { LedgerIndex } from "../../src/dlq/ledger-index.ts";
import { identityOf } from "../../src/dlq/ledger-lines.ts";
import { cutsBefore, cutsOfRedriven } from "../../src/dlq/purge.ts";
import { lettersForward } from "../../src/dlq/read-letters.ts";
import { DLQ, dlqRecord, memoryKafka, SOURCE } from "./records.ts";
import { connectLetter } from "./redrive-rig.ts";

describe("a purge before an offset", () => {
  const ranges = [
    { partition: 0, logStartOffset: 10, logEndOffset: 50 },
    { partition: 1, logStartOffset: 0, logEndOffset: 20 },
  ];

  test("cuts each partition there, but not beyond its ends", () => {
    const cut = (offset: number) =>
      cutsBefore(ranges, () => offset).map(({ beforeOffset, offsets }) => [beforeOffset, offsets]);
    expect(cut(30)).toEqual([
      [30, 20],
      [20, 20],
    ]);
    expect(cut(5)).toEqual([
      [10, 0],
      [5, 5],
    ]);
  });

  test("may differ by partition", () => {
    expect(cutsBefore(ranges, (partition) => 12 + partition).map((cut) => cut.beforeOffset)).toEqual([
      12, 13,
    ]);
  });
});

describe("a purge of what was redriven", () => {
  async function rig(sentTo: string, sentOffsets: readonly number[]) {
    const kafka = memoryKafka();
    for (let i = 0; i < 5; i++) kafka.add(connectLetter(i));
    kafka.add(dlqRecord({ partition: 1, value: "no letter" }));
    const source = { reader: kafka.reader, topic: DLQ, fallbackTopic: null };
    const index = new LedgerIndex();
    for await (const { record } of lettersForward(source, kafka.ranges(DLQ))) {
      if (record.partition !== 0 || !sentOffsets.includes(record.offset)) continue;
      const { partition, offset } = record;
      index.add({ partition, offset, identity: identityOf(record), recordId: "", target: sentTo });
    }
    return (toTopic: string | null = null) =>
      cutsOfRedriven(source, kafka.ranges(DLQ), index, toTopic, () => {});
  }

  test("ends before the first letter that was not sent, and says which", async () => {
    const cuts = await (await rig(SOURCE, [0, 1, 3, 4]))();
    expect(cuts).toEqual([
      {
        partition: 0,
        logStartOffset: 0,
        logEndOffset: 5,
        beforeOffset: 2,
        offsets: 2,
        stopsAt: "0:2 was not redriven to telemetry",
      },
      {
        partition: 1,
        logStartOffset: 0,
        logEndOffset: 1,
        beforeOffset: 0,
        offsets: 0,
        stopsAt: "1:0 is no dead letter that can be told",
      },
    ]);
  });

  test("takes the whole partition if all was sent", async () => {
    const [first] = await (await rig(SOURCE, [0, 1, 2, 3, 4]))();
    expect(first).toMatchObject({ beforeOffset: 5, offsets: 5, stopsAt: null });
  });

  test("does not count what was only sent to another topic, unless that is the one that counts", async () => {
    const cuts = await rig("scratch", [0, 1, 2, 3, 4]);
    expect((await cuts())[0]).toMatchObject({ offsets: 0, stopsAt: "0:0 was not redriven to telemetry" });
    expect((await cuts("scratch"))[0]).toMatchObject({ offsets: 5, stopsAt: null });
  });
});
