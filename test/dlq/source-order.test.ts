import { describe, expect, test } from "bun:test";
import type { DeadLetterView } from "../../src/dlq/letter.ts";
import { inSourceOrder, lettersInSourceOrder, type ReadAhead } from "../../src/dlq/source-order.ts";
import type { StoredRecord } from "../../src/dlq/stored-record.ts";
import { DLQ, dlqRecord, letterOf, memoryKafka, T0 } from "./records.ts";
import { connectLetter } from "./redrive-rig.ts";

const LIMITS: ReadAhead = { timeMs: 1_000, letterCount: 100, bytes: 1_000_000 };

/** A letter about `offset` of source partition 0, written so long after the start. */
const at = (offset: number, ms: number, changes: Parameters<typeof connectLetter>[1] = {}) =>
  connectLetter(offset, { timestampMs: T0 + ms, ...changes });

/** Source offsets of the letters, with their source partition where it is not 0. */
function names(letters: readonly DeadLetterView[]): readonly string[] {
  return letters.map(({ source: { partition, offset } }) =>
    partition === 0 ? `${offset}` : `${partition}:${offset}`,
  );
}

async function ordered(
  records: readonly Omit<StoredRecord, "offset">[],
  limits: Partial<ReadAhead> = {},
): Promise<readonly string[]> {
  async function* letters() {
    for (const [offset, record] of records.entries()) yield letterOf({ ...record, offset });
  }
  return names(await Array.fromAsync(inSourceOrder(letters(), { ...LIMITS, ...limits })));
}

describe("letters in source order", () => {
  test("of one thread come so from three partitions, with equal and adjacent times", async () => {
    const kafka = memoryKafka();
    // As concurrent sends leave them: spread by trace id, a millisecond here or there, and not all in order.
    const partitions = [
      [at(103, 0), at(100, 1), at(106, 1)],
      [at(101, 0), at(105, 0), at(104, 0), at(107, 2)],
      [at(102, 2), at(108, 1), at(109, 2)],
    ];
    for (const [partition, letters] of partitions.entries()) {
      for (const letter of letters) kafka.add({ ...letter, partition });
    }
    const source = { reader: kafka.reader, topic: DLQ, fallbackTopic: null };
    const letters = await Array.fromAsync(lettersInSourceOrder(source, kafka.ranges(DLQ)));
    expect(names(letters)).toEqual(Array.from({ length: 10 }, (_, i) => `${100 + i}`));
  });

  test("of several source partitions keep the turns of each", async () => {
    const letters = [at(7, 0), at(2, 1, { sourcePartition: 1 }), at(1, 2, { sourcePartition: 1 }), at(6, 3)];
    expect(await ordered(letters)).toEqual(["6", "1:1", "1:2", "7"]);
  });

  test("about one record come in their own order", async () => {
    const letters = [at(5, 0, { key: Buffer.from("first") }), at(5, 1, { key: Buffer.from("second") })];
    async function* views() {
      for (const [offset, record] of letters.entries()) yield letterOf({ ...record, offset });
    }
    const found = await Array.fromAsync(inSourceOrder(views(), LIMITS));
    expect(found.map(({ record }) => String(record.key))).toEqual(["first", "second"]);
  });

  test("whose source is not known keep their turns", async () => {
    const unknown = (value: string) => dlqRecord({ value, timestampMs: T0 });
    async function* views() {
      for (const record of [at(9, 0), unknown("a"), at(8, 0), unknown("b")]) {
        yield letterOf({ ...record, offset: 0 });
      }
    }
    const found = await Array.fromAsync(inSourceOrder(views(), LIMITS));
    expect(found.map(({ record }) => String(record.value))).toEqual(["value-8", "a", "value-9", "b"]);
  });
});

describe("what is read ahead", () => {
  test("ends with the time: a letter written later does not come before", async () => {
    expect(await ordered([at(9, 0), at(8, 1_000), at(7, 1_001)])).toEqual(["8", "7", "9"]);
    expect(await ordered([at(9, 0), at(8, 1_001)])).toEqual(["9", "8"]);
  });

  test("is no more than so many letters", async () => {
    expect(await ordered([at(9, 0), at(8, 0), at(7, 0)], { letterCount: 3 })).toEqual(["7", "8", "9"]);
    expect(await ordered([at(9, 0), at(8, 0), at(7, 0)], { letterCount: 2 })).toEqual(["8", "7", "9"]);
  });

  test("is no more than so many bytes", async () => {
    const bytes = at(9, 0).value?.length ?? 0;
    expect(await ordered([at(9, 0), at(8, 0), at(7, 0)], { bytes: 3 * bytes })).toEqual(["7", "8", "9"]);
    expect(await ordered([at(9, 0), at(8, 0), at(7, 0)], { bytes: 2 * bytes })).toEqual(["8", "7", "9"]);
    expect(await ordered([at(9, 0), at(8, 0)], { bytes: 1 })).toEqual(["9", "8"]);
  });
});
