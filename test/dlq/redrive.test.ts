import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isComplete } from "../../src/dlq/redrive-report.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { WritableRecord } from "../../src/stream/topic-writer.ts";
import { manualClock } from "../support/manual-clock.ts";
import { OLD_LIBRARY_LETTER, OLD_SERVER_LETTER } from "./families/samples.ts";
import { DLQ, dlqRecord, SOURCE, T0 } from "./records.ts";
import { connectLetter, type RedriveRig, redriveRig } from "./redrive-rig.ts";

function rigWith(count: number): RedriveRig {
  const rig = redriveRig();
  for (let i = 0; i < count; i++) rig.kafka.add(connectLetter(i));
  return rig;
}

const valuesOf = (rig: RedriveRig) => rig.written.map(({ record }) => String(record.value));
const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `value-${from + i}`);
const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
const tooLarge = Object.assign(new Error("too large"), { type: "MESSAGE_TOO_LARGE" });
const holds = (records: readonly WritableRecord[], value: string) =>
  records.some((record) => String(record.value) === value);

describe("a redriven record", () => {
  test("has key, value, headers and partition of the original, its id and one hop more", async () => {
    const rig = redriveRig();
    rig.kafka.add(connectLetter(42, { sourcePartition: 3, hops: 1 }));
    const report = await rig.run();
    expect(rig.written).toEqual([
      {
        topic: SOURCE,
        record: {
          key: Buffer.from("key-42"),
          value: Buffer.from("value-42"),
          partition: 3,
          headers: {
            app: Buffer.from("mine"),
            "dashstream-record-id": "telemetry-3-42",
            "dashstream-redrive-hops": "2",
          },
        },
      },
    ]);
    expect(report).toMatchObject({
      considered: 1,
      sent: 1,
      unattempted: 0,
      stopped: null,
      interrupted: false,
    });
    expect(isComplete(report)).toBe(true);
  });

  test("does not carry what other writers of dead letters had put on it", async () => {
    const rig = redriveRig();
    const encoded = (text: string) => Buffer.from(text).toString("base64");
    const body = {
      ...OLD_LIBRARY_LETTER,
      original_headers: [
        ["app", encoded("mine")],
        ["__connect.errors.topic", encoded("elsewhere")],
        ["kafka_dlt-original-topic", encoded("elsewhere")],
        ["retry_topic-attempts", encoded("3")],
        ["__streams.errors.topic", encoded("elsewhere")],
        ["__dlq.errors.topic", encoded("elsewhere")],
        ["dashstream-redrive-hops", encoded("1")],
        ["dashstream-record-id", encoded("telemetry-0-1")],
      ],
    };
    rig.kafka.add(dlqRecord({ value: JSON.stringify(body) }));
    await rig.run();
    expect(rig.written[0]?.record.headers).toEqual({
      app: Buffer.from("mine"),
      "dashstream-record-id": "telemetry-0-1",
      "dashstream-redrive-hops": "2",
    });
  });

  test("has its own time only if that is asked for", async () => {
    const rig = rigWith(1);
    await rig.run({ keepTimestamp: true });
    expect(rig.written[0]?.record.timestamp).toBe(String(T0));
  });

  test("whose partition is not known goes by its key", async () => {
    const rig = redriveRig();
    const headers = connectLetter(1).headers.filter(([name]) => !name.endsWith(".partition"));
    rig.kafka.add(connectLetter(1, { headers }));
    await rig.run();
    expect(rig.written[0]?.record).not.toHaveProperty("partition");
  });
});

describe("a run", () => {
  test("sends each letter once, in their order, in batches", async () => {
    const rig = rigWith(250);
    expect(await rig.run()).toMatchObject({ considered: 250, sent: 250 });
    expect(valuesOf(rig)).toEqual(range(250));
    expect(rig.requests).toEqual([100, 100, 50]);
  });

  test("sends a batch that is not full before its values take too much memory", async () => {
    const rig = redriveRig();
    for (let offset = 0; offset < 6; offset++) {
      const value = Buffer.alloc(3_000_000, offset);
      rig.kafka.add(dlqRecord({ topic: SOURCE, value, key: "k" }));
      const hash = createHash("sha256").update(value).digest("hex");
      const place = { kafka_partition: 0, kafka_offset: offset };
      const body = { ...OLD_SERVER_LETTER, ...place, message_size: 3_000_000, payload_sha256: hash };
      rig.kafka.add(dlqRecord({ value: JSON.stringify(body) }));
    }
    expect(await rig.run()).toMatchObject({ sent: 6 });
    expect(rig.kafka.reads.filter((read) => read.startsWith(`${SOURCE} `))).toEqual([
      "telemetry 0 0..3",
      "telemetry 0 3..6",
    ]);
  });

  test("without execution sends nothing and writes no ledger, but says what would be sent", async () => {
    const rig = rigWith(5);
    expect(await rig.run({}, { execute: false })).toMatchObject({ dryRun: true, considered: 5, sent: 5 });
    expect(rig.written).toEqual([]);
    expect(existsSync(rig.ledgerPath)).toBe(false);
  });

  test("leaves letters that arrive after it began", async () => {
    const rig = rigWith(3);
    rig.answer = () => {
      rig.kafka.add(connectLetter(99));
      return null;
    };
    expect(await rig.run()).toMatchObject({ considered: 3, sent: 3 });
    expect(await rig.run()).toMatchObject({ sent: 1, skipped: { already_sent: 3 } });
  });

  test("sends what a filter means, and counts the rest", async () => {
    const rig = rigWith(10);
    const report = await rig.run({ filter: { offsets: { from: 2, to: 4 }, sinceMs: T0 + 3000 } });
    expect(valuesOf(rig)).toEqual(["value-3", "value-4"]);
    expect(report).toMatchObject({ considered: 3, sent: 2, skipped: { filtered: 1 } });
    expect(isComplete(report)).toBe(true);
  });

  test("sums up what became of the letters by their error type", async () => {
    const rig = rigWith(2);
    rig.kafka.add(dlqRecord({ value: "no letter" }));
    rig.kafka.add(connectLetter(5, { hops: 3 }));
    expect((await rig.run()).byErrorType).toEqual([
      ["java.lang.IllegalStateException", { sent: 2, skipped: 1, failed: 0 }],
      ["(none)", { sent: 0, skipped: 1, failed: 0 }],
    ]);
  });

  test("keeps a rate", async () => {
    const rig = rigWith(25);
    const clock = manualClock();
    const running = rig.run({ ratePerSecond: 10 }, { clock });
    const sent: number[] = [];
    for (let done = false; !done; ) {
      await Promise.race([running.then(() => (done = true)), new Promise((turn) => setImmediate(turn))]);
      if (clock.pendingDelays().length === 0) continue;
      sent.push(rig.written.length);
      clock.advance(1000);
    }
    expect([...new Set(sent)]).toEqual([10, 20]);
    expect(rig.requests).toEqual([10, 10, 5]);
    expect(clock.monotonicMs()).toBe(2000);
  });
});

describe("a letter that is not sent", () => {
  test.each<[string, (rig: RedriveRig) => void, string]>([
    ["is no dead letter", (rig) => rig.kafka.add(dlqRecord({ value: "x" })), "unknown_family"],
    [
      "names no topic",
      (rig) => rig.kafka.add(connectLetter(1, { headers: [["__connect.errors.topic", null]] })),
      "no_source",
    ],
    ["was redriven often enough", (rig) => rig.kafka.add(connectLetter(1, { hops: 3 })), "max_hops"],
    [
      "has no value, and its source is gone",
      (rig) => rig.kafka.add(dlqRecord({ value: JSON.stringify(OLD_SERVER_LETTER) })),
      "source_gone",
    ],
    [
      "has no value, and another record lies at its source",
      (rig) => {
        for (let i = 0; i < 43; i++)
          rig.kafka.add(dlqRecord({ topic: SOURCE, partition: 3, value: "other" }));
        rig.kafka.add(dlqRecord({ value: JSON.stringify(OLD_SERVER_LETTER) }));
      },
      "hash_mismatch",
    ],
    [
      "has no value, and no source",
      (rig) => {
        const value = JSON.stringify({ ...OLD_SERVER_LETTER, kafka_partition: -1, kafka_offset: -1 });
        rig.kafka.add(dlqRecord({ value }));
      },
      "no_payload",
    ],
    [
      "came from a topic that does not exist",
      (rig) => {
        rig.topics.clear();
        rig.kafka.add(connectLetter(1));
      },
      "target_missing",
    ],
    [
      "came from a partition that does not exist",
      (rig) => rig.kafka.add(connectLetter(1, { sourcePartition: 4 })),
      "wrong_partition",
    ],
  ])("because it %s is counted, with its place, and the run is not complete", async (_, add, cause) => {
    const rig = redriveRig();
    add(rig);
    const report = await rig.run();
    expect(rig.written).toEqual([]);
    expect(report).toMatchObject({ considered: 1, sent: 0, unattempted: 0, skipped: { [cause]: 1 } });
    expect(Object.entries(report.examples)).toEqual([[cause, [expect.stringMatching(/^0:0/)]]]);
    expect(isComplete(report)).toBe(false);
  });

  test("because of its hops is not looked for at its source first", async () => {
    const rig = redriveRig();
    rig.kafka.add(dlqRecord({ value: JSON.stringify({ ...OLD_SERVER_LETTER, redrive_hops: 3 }) }));
    expect(await rig.run()).toMatchObject({ skipped: { max_hops: 1, source_gone: 0 } });
  });

  test("is known by its source's hops, which the letter need not know", async () => {
    const rig = redriveRig();
    const headers = [["dashstream-redrive-hops", Buffer.from("3")]] as const;
    rig.kafka.add(dlqRecord({ topic: SOURCE, value: "v", headers }));
    const letter = connectLetter(0, { value: Buffer.from("v") });
    const streams = letter.headers.map(
      ([name, value]) => [name.replace("__connect", "__streams"), value] as const,
    );
    rig.kafka.add({ ...letter, headers: streams });
    expect(await rig.run()).toMatchObject({ sent: 0, skipped: { max_hops: 1 } });
  });
});

describe("a target", () => {
  test("can be another topic, with its partitions", async () => {
    const rig = redriveRig();
    rig.topics.set("repaired", 2);
    for (const sourcePartition of [0, 1, 2]) rig.kafka.add(connectLetter(1, { sourcePartition }));
    expect(await rig.run({ toTopic: "repaired" })).toMatchObject({
      sent: 2,
      skipped: { wrong_partition: 1 },
    });
    expect(rig.written.map(({ topic, record }) => [topic, record.partition])).toEqual([
      ["repaired", 0],
      ["repaired", 1],
    ]);
  });

  test("with fewer partitions goes by the key if that is asked for", async () => {
    const rig = redriveRig();
    rig.topics.set(SOURCE, 1);
    rig.kafka.add(connectLetter(1, { sourcePartition: 2 }));
    expect(await rig.run({ repartition: true })).toMatchObject({ sent: 1 });
    expect(rig.written[0]?.record).not.toHaveProperty("partition");
  });

  test("is what the ledger goes by: a letter sent elsewhere was not sent home", async () => {
    const rig = rigWith(2);
    rig.topics.set("scratch", 4);
    await rig.run({ toTopic: "scratch" });
    expect(await rig.run({ toTopic: "scratch" })).toMatchObject({ sent: 0, skipped: { already_sent: 2 } });
    expect(await rig.run()).toMatchObject({ sent: 2 });
  });
});

describe("a second run", () => {
  test("skips what was sent, and is complete", async () => {
    const rig = rigWith(3);
    await rig.run();
    const report = await rig.run();
    expect(report).toMatchObject({ considered: 3, sent: 0, skipped: { already_sent: 3 } });
    expect(isComplete(report)).toBe(true);
    expect(rig.written.length).toBe(3);
  });

  test("sends again if it is asked to", async () => {
    const rig = rigWith(3);
    await rig.run();
    expect(await rig.run({ includeSent: true })).toMatchObject({ sent: 3 });
    expect(valuesOf(rig)).toEqual([...range(3), ...range(3)]);
  });

  test("sends the letters of a topic that was made anew", async () => {
    const rig = rigWith(3);
    await rig.run();
    rig.kafka.drop(DLQ);
    rig.kafka.add(connectLetter(0));
    rig.kafka.add(connectLetter(50));
    expect(await rig.run()).toMatchObject({ sent: 1, skipped: { already_sent: 1 } });
    expect(valuesOf(rig).at(-1)).toBe("value-50");
  });
});

describe("when Kafka fails", () => {
  test("the run ends with a report, and the ledger has what was acknowledged", async () => {
    const rig = rigWith(250);
    rig.answer = () => (rig.written.length >= 100 ? refused : null);
    const report = await rig.run();
    expect(report).toMatchObject({ considered: 200, sent: 100, failed: { kafka_error: 100 } });
    expect(report.stopped).toContain("topic telemetry: 100 records were not acknowledged: refused");
    expect(isComplete(report)).toBe(false);
    rig.answer = () => null;
    expect(await rig.run()).toMatchObject({ considered: 250, sent: 150, skipped: { already_sent: 100 } });
    expect(valuesOf(rig)).toEqual(range(250));
  });

  test("for one partition only, the records of the others are sent and noted", async () => {
    const rig = redriveRig();
    for (let i = 0; i < 8; i++) rig.kafka.add(connectLetter(i, { sourcePartition: i % 4 }));
    rig.answer = (records) => (records[0]?.partition === 2 ? refused : null);
    expect(await rig.run()).toMatchObject({ sent: 6, failed: { kafka_error: 2 } });
    rig.answer = () => null;
    expect(await rig.run()).toMatchObject({ sent: 2, skipped: { already_sent: 6 } });
  });

  test("a record that is too large fails alone", async () => {
    const rig = rigWith(5);
    rig.answer = (records) => (holds(records, "value-3") ? tooLarge : null);
    const report = await rig.run();
    expect(report).toMatchObject({ considered: 5, sent: 4, failed: { too_large: 1 }, stopped: null });
    expect(report.examples.too_large?.[0]).toMatch(/^0:3 \d+ bytes$/);
    expect(isComplete(report)).toBe(false);
    expect(valuesOf(rig)).toEqual(["value-0", "value-1", "value-2", "value-4"]);
  });

  test("requests stay below what topics accept by default", async () => {
    const rig = redriveRig();
    for (let i = 0; i < 10; i++) rig.kafka.add(connectLetter(i, { value: Buffer.alloc(100_000, i) }));
    expect(await rig.run()).toMatchObject({ sent: 10 });
    expect(rig.requests).toEqual([2, 2, 2, 2, 2]);
  });

  test("while the letters are read, the run ends with a report", async () => {
    const rig = rigWith(3);
    const ranges = [...rig.kafka.ranges(DLQ), { partition: 1, logStartOffset: 0, logEndOffset: 9 }];
    const report = await rig.run({}, { ranges });
    expect(report).toMatchObject({ considered: 0, sent: 0, stopped: "topic telemetry-dlq" });
    expect(isComplete(report)).toBe(false);
  });
});

describe("when the ledger fails", () => {
  test("nothing more is sent, and what was sent is counted", async () => {
    const rig = rigWith(250);
    let appends = 0;
    const report = await rig.run(
      {},
      {
        append: (append) => async (entries) => {
          if (++appends > 1) throw new DashstreamError("storage_failed", "the disk is full");
          await append(entries);
        },
      },
    );
    expect(report).toMatchObject({ considered: 200, sent: 200, stopped: "the disk is full" });
    expect(isComplete(report)).toBe(false);
    expect(await rig.run()).toMatchObject({ sent: 150, skipped: { already_sent: 100 } });
  });
});

describe("when it is asked to end", () => {
  test("the batch under way is finished and noted", async () => {
    const rig = rigWith(250);
    rig.answer = () => {
      rig.interrupt();
      return null;
    };
    const report = await rig.run();
    expect(report).toMatchObject({ sent: 100, interrupted: true, stopped: null });
    expect(isComplete(report)).toBe(false);
    expect(readFileSync(rig.ledgerPath, "utf8").split("\n").length).toBe(1 + 100 + 1);
  });

  test("letters that were read but not sent are counted", async () => {
    const rig = rigWith(30);
    const clock = manualClock();
    const running = rig.run({ ratePerSecond: 10 }, { clock });
    while (clock.pendingDelays().length === 0) await new Promise((turn) => setImmediate(turn));
    rig.interrupt();
    expect(await running).toMatchObject({ considered: 20, sent: 10, unattempted: 10, interrupted: true });
  });
});
