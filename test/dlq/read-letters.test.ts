import { describe, expect, test } from "bun:test";
import { type DeadLetterView, placeOf } from "../../src/dlq/letter.ts";
import { lettersBackward, lettersForward } from "../../src/dlq/read-letters.ts";
import { DLQ, dlqRecord, memoryKafka, T0 } from "./records.ts";
import { connectLetter } from "./redrive-rig.ts";

const SOURCE_OF = (kafka: ReturnType<typeof memoryKafka>) => ({
  reader: kafka.reader,
  topic: DLQ,
  fallbackTopic: null,
});

/** Three partitions with the given times, in seconds after the start. */
function kafkaWith(...times: readonly (readonly number[])[]) {
  const kafka = memoryKafka();
  for (const [partition, seconds] of times.entries()) {
    for (const second of seconds) {
      kafka.add(dlqRecord({ partition, value: "x", timestampMs: T0 + second * 1000 }));
    }
  }
  return kafka;
}

async function places(letters: AsyncIterable<DeadLetterView>): Promise<string[]> {
  return (await Array.fromAsync(letters)).map(placeOf);
}

const backward = (kafka: ReturnType<typeof memoryKafka>) =>
  lettersBackward(SOURCE_OF(kafka), kafka.ranges(DLQ), (letter) => letter);

describe("letters oldest first", () => {
  test("come in the order of their times over all partitions", async () => {
    const kafka = kafkaWith([1, 4, 7, 8, 9], [2, 3], [5, 6]);
    expect(await places(lettersForward(SOURCE_OF(kafka), kafka.ranges(DLQ)))).toEqual([
      ...["0:0", "1:0", "1:1", "0:1", "2:0", "2:1", "0:2", "0:3", "0:4"],
    ]);
  });

  test("of one partition come by offset, whatever their times", async () => {
    const kafka = kafkaWith([9, 1, 5]);
    expect(await places(lettersForward(SOURCE_OF(kafka), kafka.ranges(DLQ)))).toEqual(["0:0", "0:1", "0:2"]);
  });

  test("of one time come in the order of their sources, whatever partition they lie in", async () => {
    const kafka = memoryKafka();
    for (const [partition, offset] of [
      [0, 3],
      [0, 4],
      [1, 2],
      [1, 5],
      [2, 1],
    ] as const) {
      kafka.add(connectLetter(offset, { partition, timestampMs: T0 }));
    }
    const oldestFirst = ["2:0", "1:0", "0:0", "0:1", "1:1"];
    expect(await places(lettersForward(SOURCE_OF(kafka), kafka.ranges(DLQ)))).toEqual(oldestFirst);
    expect(await places(backward(kafka))).toEqual(oldestFirst.toReversed());
  });

  test("end where the range ends", async () => {
    const kafka = kafkaWith([1, 2, 3, 4]);
    const ranges = [{ partition: 0, logStartOffset: 1, logEndOffset: 3 }];
    expect(await places(lettersForward(SOURCE_OF(kafka), ranges))).toEqual(["0:1", "0:2"]);
  });

  test("are read page by page as they are wanted", async () => {
    const kafka = kafkaWith(Array.from({ length: 12 }, (_, i) => i));
    let pages = 0;
    const counting = {
      async *read(...args: Parameters<typeof kafka.reader.read>) {
        for await (const page of kafka.reader.read(...args)) {
          pages++;
          yield page;
        }
      },
    };
    for await (const _ of lettersForward({ ...SOURCE_OF(kafka), reader: counting }, kafka.ranges(DLQ))) break;
    expect(pages).toBe(1);
  });
});

describe("letters newest first", () => {
  test("come in the reverse order of their times over all partitions", async () => {
    const kafka = kafkaWith([1, 4, 7], [2, 3], [5, 6]);
    expect(await places(backward(kafka))).toEqual(["0:2", "2:1", "2:0", "0:1", "1:1", "1:0", "0:0"]);
  });

  test("of a long partition are read window by window from its end, and none is missed", async () => {
    const kafka = kafkaWith(Array.from({ length: 450 }, (_, i) => i));
    const found = await places(backward(kafka));
    expect(found).toEqual(Array.from({ length: 450 }, (_, i) => `0:${449 - i}`));
    expect(kafka.reads).toEqual([`${DLQ} 0 250..450`, `${DLQ} 0 50..250`, `${DLQ} 0 0..50`]);
  });

  test("are not read further than wanted", async () => {
    const kafka = kafkaWith(Array.from({ length: 450 }, (_, i) => i));
    for await (const _ of backward(kafka)) break;
    expect(kafka.reads).toEqual([`${DLQ} 0 250..450`]);
  });

  test("leave out those that are not to be kept", async () => {
    const kafka = kafkaWith([1, 2, 3, 4]);
    const kept = lettersBackward(SOURCE_OF(kafka), kafka.ranges(DLQ), (letter) =>
      letter.record.offset % 2 === 0 ? placeOf(letter) : null,
    );
    expect(await Array.fromAsync(kept)).toEqual(["0:2", "0:0"]);
  });
});
