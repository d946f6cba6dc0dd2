import { describe, expect, test } from "bun:test";
import { encodeFramed } from "../../src/wire/encode.ts";
import { event, MAX_PAYLOAD_BYTES, message, pipelineRig } from "./pipeline-rig.ts";

const decodeErrors = (rig: ReturnType<typeof pipelineRig>, error_type: string) =>
  rig.counter("websocket_decode_errors_total", { error_type });

describe("the verdict on a record", () => {
  test("that decodes: success, delivered byte for byte, no dead letter", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(event("a", 1));
    expect(client.records).toEqual([{ partition: 0, offset: 0, value: event("a", 1).toString() }]);
    expect(rig.messages("success")).toBe(1);
    expect(rig.letters).toEqual([]);
    expect(rig.committed).toEqual([1]);
  });

  test("without a value: its own counter, no dead letter, no status, the next one arrives", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(null, event("a", 1));
    expect(rig.counter("websocket_kafka_payload_missing_total")).toBe(1);
    expect([rig.messages("success"), rig.messages("error")]).toEqual([1, 0]);
    expect(rig.letters).toEqual([]);
    expect(client.offsets(0)).toEqual([1]);
    expect(rig.health.snapshot()).toMatchObject({ received: 2, payloadMissing: 1, decodeErrors: 0 });
    expect(rig.logged).toMatchObject([
      { error_type: "payload_missing", kafka_partition: 0, kafka_offset: 0 },
    ]);
  });

  const truncated = event("a", 2).subarray(0, -1);
  const bad: [string, Buffer, string][] = [
    ["truncated", truncated, "buffer_underflow"],
    ["not protobuf", Buffer.from('{"json":true}'), "invalid_protobuf"],
    ["not zstd behind a zstd frame", Buffer.from([1, 2, 3, 4, 5]), "decompression_failed"],
    ["empty", Buffer.alloc(0), "unknown_decode_error"],
    ["of another schema version", event("a", 2, { schemaVersion: 2 }), "schema_mismatch"],
    ["larger than the limit", Buffer.alloc(MAX_PAYLOAD_BYTES + 2), "payload_too_large"],
  ];
  for (const [what, value, errorType] of bad) {
    test(`that is ${what}: error, ${errorType}, dead letter, the next one arrives`, async () => {
      const rig = pipelineRig();
      const client = rig.connect();
      await rig.consume(event("a", 1), { value, key: Buffer.from("a") }, event("a", 3));
      expect(client.offsets(0)).toEqual([0, 2]);
      expect(rig.messages("error")).toBe(1);
      expect(decodeErrors(rig, errorType)).toBe(1);
      expect(rig.letters).toMatchObject([{ errorType, partition: 0, offset: 1, value, messageCount: 2 }]);
      expect(rig.letters[0]?.error).not.toBe("");
      expect(rig.committed.at(-1)).toBe(3);
      rig.clock.advance(3000);
      await rig.consume(event("a", 4));
      expect(rig.counter("dashstream_sequence_gaps_total")).toBe(0);
    });
  }

  test("below the head seen at start: an old-data error outside the error rate, dead-lettered all the same", async () => {
    const rig = pipelineRig({ logEndOffset: 1 });
    await rig.consume(Buffer.from("bad"), Buffer.from("bad"));
    expect([rig.messages("old_data_error"), rig.messages("error")]).toEqual([1, 1]);
    expect(rig.counter("websocket_old_data_decode_errors_total")).toBe(1);
    expect(rig.letters).toHaveLength(2);
  });

  test("read again in this process: counted, neither validated nor sent", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(event("a", 1), event("a", 2));
    await rig.handle([
      message({ offset: "0", value: event("a", 1) }),
      message({ offset: "1", value: event("a", 2) }),
    ]);
    expect(rig.counter("websocket_kafka_redeliveries_total")).toBe(2);
    expect(rig.counter("dashstream_sequence_duplicates_total")).toBe(0);
    expect(rig.messages("success")).toBe(2);
    expect(client.offsets(0)).toEqual([0, 1]);
  });

  test("that is a framing byte and nothing else: success, counted as undeliverable, not sent", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(Buffer.from([0]), event("a", 1));
    expect(rig.counter("websocket_undeliverable_records_total", { reason: "empty_message" })).toBe(1);
    expect(client.offsets(0)).toEqual([1]);
  });
});

describe("numbering", () => {
  test("a number that never comes is a gap; the records around it are delivered", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(event("a", 1), event("a", 4));
    rig.clock.advance(2001);
    await rig.consume(event("a", 5));
    expect(rig.counter("dashstream_sequence_gaps_total")).toBe(1);
    expect(client.offsets(0)).toEqual([0, 1, 2]);
  });

  test("under halt, a gap stops its thread only: its records are dead-lettered as thread_halted", async () => {
    const rig = pipelineRig({ gapPolicy: "halt" });
    const client = rig.connect();
    await rig.consume(event("a", 1), event("b", 1), event("a", 3), event("b", 2), event("a", 4));
    expect(client.offsets(0)).toEqual([0, 1, 3]);
    expect(rig.letters.map(({ errorType, offset, threadId }) => [errorType, offset, threadId])).toEqual([
      ["thread_halted", 2, "a"],
      ["thread_halted", 4, "a"],
    ]);
    expect(rig.messages("success")).toBe(5);
    expect(rig.registry.gauge("dashstream_sequence_halted_threads").value).toBe(1);
  });

  test("each event of a batch is validated, and a batch of several threads is counted", async () => {
    const rig = pipelineRig();
    const inner = (threadId: string, sequence: number) => ({
      header: { threadId, sequence, schemaVersion: 1 },
    });
    const batch = encodeFramed({
      eventBatch: { header: { schemaVersion: 1 }, events: [inner("a", 1), inner("b", 1), inner("a", 1)] },
    });
    await rig.consume(batch);
    expect(rig.counter("websocket_multi_thread_batches_total")).toBe(1);
    expect(rig.counter("dashstream_sequence_duplicates_total")).toBe(1);
  });

  test("state of a revoked partition goes with it: what comes back is a new baseline", async () => {
    const rig = pipelineRig();
    await rig.consume(event("a", 1));
    rig.pipeline.revoked([0]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 1, logStartOffset: 0, logEndOffset: 1 }]);
    await rig.consume(event("a", 10), event("a", 11));
    rig.clock.advance(3000);
    await rig.consume(event("a", 12));
    expect(rig.counter("dashstream_sequence_gaps_total")).toBe(0);
  });
});

test("a topic that was made anew is delivered from its start, not taken for redelivery", async () => {
  const rig = pipelineRig();
  const client = rig.connect();
  await rig.consume(event("a", 1), event("a", 2), event("a", 3));
  // It was sent nothing, but told the last offset.
  const latest = rig.connect();
  rig.pipeline.revoked([0]);
  rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
  await rig.handle([message({ offset: "0", value: event("b", 1) })]);
  expect(client.offsets(0)).toEqual([0, 1, 2, 0]);
  expect(latest.offsets(0)).toEqual([0]);
  const stale = [
    {
      type: "cursor_stale",
      partition: 0,
      requested: "2",
      oldest: "0",
      logEndOffset: "1",
      message: "partition 0: the topic was made anew; offsets start over at 0",
    },
  ];
  expect(client.of("cursor_stale")).toEqual(stale);
  expect(latest.of("cursor_stale")).toEqual(stale);
  expect(rig.counter("websocket_kafka_redeliveries_total")).toBe(0);
});

test("a topic that was made anew is delivered from its start to a client that had not read the old one to its end", async () => {
  const rig = pipelineRig({ maxRecords: 1000 });
  const client = rig.connect();
  client.stopReading();
  await rig.consume(...Array.from({ length: 300 }, (_, i) => event("a", i + 1)));
  expect(client.records.length).toBeLessThan(300);
  rig.pipeline.revoked([0]);
  rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
  client.drain();
  await rig.handle([message({ offset: "0", value: event("b", 1) })]);
  expect(client.records.at(-1)?.offset).toBe(0);
  // What it lost of the old log is said first, so that it is not taken for a loss of the new one.
  const frames = client.controls.map(({ type }) => type).filter((type) => type !== "replay_complete");
  expect(frames).toEqual(["gap", "cursor_stale"]);
});

describe("latency", () => {
  test("is observed for every header with a time, and to clients once a slice", async () => {
    const rig = pipelineRig();
    rig.connect();
    const us = (agoMs: number) => (rig.clock.nowMs() - agoMs) * 1000;
    await rig.consume(
      event("a", 1, { timestampUs: us(90_000) }),
      event("a", 2, { timestampUs: us(20) }),
      event("a", 3),
    );
    const toConsumer = rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_consumer" });
    const toClient = rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_client" });
    expect([toConsumer.count, toConsumer.sum]).toEqual([2, 90_020]);
    expect([toClient.count, toClient.sum]).toEqual([1, 90_000]);
  });

  test("of a record that no client gets says nothing of the time to clients", async () => {
    const rig = pipelineRig();
    rig.connect();
    const timestampUs = (rig.clock.nowMs() - 50) * 1000;
    await rig.consume(event("a", 1, { timestampUs, schemaVersion: 9 }));
    const stage = (name: string) => rig.registry.histogram("websocket_e2e_latency_ms", { stage: name });
    expect([stage("producer_to_consumer").count, stage("producer_to_client").count]).toEqual([1, 0]);
  });

  test("of a producer ahead of our clock is clock skew, not latency", async () => {
    const rig = pipelineRig();
    await rig.consume(
      event("a", 1, { timestampUs: (rig.clock.nowMs() + 5000) * 1000 }),
      event("a", 2, { timestampUs: -5 }),
    );
    expect(rig.counter("websocket_clock_skew_events_total")).toBe(1);
    expect(rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_consumer" }).count).toBe(
      0,
    );
  });
});

describe("policy pause", () => {
  test("stops the partition at the bad record, and goes on after it when an operator resumes", async () => {
    const rig = pipelineRig({ pauseOnError: true });
    const client = rig.connect();
    const records = [event("a", 1), Buffer.from("bad"), event("a", 3)].map((value, offset) =>
      message({ offset: String(offset), value }),
    );
    await rig.handle(records);
    expect(rig.paused).toEqual([0]);
    expect(rig.committed).toEqual([1]);
    expect(client.offsets(0)).toEqual([0]);
    expect(rig.pipeline.resumeAfterError(0)).toBe(true);
    expect(rig.resumed).toEqual([[0, 2]]);
    expect(rig.pipeline.resumeAfterError(0)).toBe(false);
    await rig.handle(records.slice(1));
    expect(client.offsets(0)).toEqual([0, 2]);
    expect(rig.messages("error")).toBe(1);
    expect(rig.letters).toHaveLength(1);
  });
});

test("a partition resumed after a bad last record is caught up, and whoever waited for that goes on", async () => {
  const rig = pipelineRig({ pauseOnError: true, logEndOffset: 1 });
  const phase = rig.registry.gauge("websocket_kafka_catchup_phase", { partition: "0" });
  await rig.handle([message({ offset: "0", value: Buffer.from("bad") })]);
  const handled = rig.pipeline.handledUpTo(new Map([[0, 1]]));
  expect(phase.value).toBe(1);
  rig.pipeline.resumeAfterError(0);
  await handled;
  expect(phase.value).toBe(0);
});

describe("in closed mode", () => {
  const BAD = Buffer.from("bad");

  test("the offset passes a bad record only when its letter is written", async () => {
    const letter = Promise.withResolvers<void>();
    const rig = pipelineRig({ onLetter: () => letter.promise });
    const client = rig.connect();
    const handled = rig.consume(event("a", 1), BAD, event("a", 3));
    expect(rig.committed).toEqual([]);
    letter.resolve();
    await handled;
    expect(rig.committed).toEqual([3]);
    expect(rig.held).toEqual([]);
    expect(client.offsets(0)).toEqual([0, 2]);
  });

  test("a partition whose letter takes long is held and goes on by itself, others are not touched", async () => {
    const letter = Promise.withResolvers<void>();
    const rig = pipelineRig({ onLetter: () => letter.promise });
    const handled = rig.consume(event("a", 1), BAD, event("a", 3));
    rig.clock.advance(100);
    await handled;
    expect([rig.committed, rig.held, rig.released]).toEqual([[], [0], []]);
    await rig.handle([message({ offset: "0", value: event("b", 1) })], 1);
    expect(rig.committed).toEqual([1]);
    letter.resolve();
    await rig.barrier.settled(0);
    expect(rig.released).toEqual([[0, 3]]);
  });

  test("records read again while letters are still under way are neither sent, nor dead-lettered, nor passed", async () => {
    const letter = Promise.withResolvers<void>();
    const rig = pipelineRig({ onLetter: () => letter.promise });
    const client = rig.connect();
    const records = [event("a", 1), BAD].map((value, i) => message({ offset: String(i), value }));
    const first = rig.handle(records);
    rig.clock.advance(100);
    await first;
    rig.pipeline.revoked([0]);
    expect(rig.barrier.heldPartitions()).toEqual([]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 2 }]);
    const again = rig.handle(records);
    rig.clock.advance(100);
    await again;
    expect(rig.letters).toHaveLength(1);
    expect(client.offsets(0)).toEqual([0]);
    expect([rig.committed, rig.held]).toEqual([[], [0, 0]]);
    expect(rig.counter("websocket_kafka_redeliveries_total")).toBe(2);
  });

  test("letters of a topic that is gone do not hold up the one that took its name", async () => {
    const rig = pipelineRig({ onLetter: () => new Promise(() => {}) });
    const handled = rig.consume(event("a", 1), BAD);
    rig.clock.advance(100);
    await handled;
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
    await rig.handle([message({ offset: "0", value: event("a", 1) })]);
    expect(rig.committed).toEqual([1]);
  });

  test("a slice ends where as many letters wait as may, and the rest follows", async () => {
    let pending = 0;
    const rig = pipelineRig({
      deadLettersFull: () => pending >= 2,
      onLetter: () => {
        pending++;
        return Promise.resolve().then(() => void pending--);
      },
    });
    await rig.consume(BAD, BAD, BAD, BAD, BAD, event("a", 1));
    expect(rig.committed).toEqual([2, 4, 6]);
    expect(rig.letters).toHaveLength(5);
  });

  test("letters of other partitions do not cut a partition without any into slices", async () => {
    const rig = pipelineRig({ deadLettersFull: () => true });
    await rig.consume(event("a", 1), event("a", 2), event("a", 3));
    expect(rig.committed).toEqual([3]);
  });

  test("an operator's resume of a paused partition waits for its letter, too", async () => {
    const letter = Promise.withResolvers<void>();
    const rig = pipelineRig({ pauseOnError: true, onLetter: () => letter.promise });
    const handled = rig.consume(event("a", 1), BAD);
    rig.clock.advance(100);
    await handled;
    expect([rig.paused, rig.held, rig.committed]).toEqual([[0], [0], []]);
    expect(rig.pipeline.resumeAfterError(0)).toBe(true);
    expect(rig.resumed).toEqual([]);
    letter.resolve();
    await rig.barrier.settled(0);
    expect(rig.resumed).toEqual([[0, 2]]);
    // Behind what was handled before the bad record; the bad one is the operator's.
    expect(rig.released).toEqual([[0, 1]]);
  });

  test("an operator's resume does not count for the pause of a partition that came back", async () => {
    const letter = Promise.withResolvers<void>();
    const rig = pipelineRig({ pauseOnError: true, onLetter: () => letter.promise });
    const records = [message({ offset: "0", value: BAD })];
    const handle = async () => {
      const handled = rig.handle(records);
      rig.clock.advance(100);
      await handled;
    };
    await handle();
    rig.pipeline.resumeAfterError(0);
    rig.pipeline.revoked([0]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
    await handle();
    letter.resolve();
    await rig.barrier.settled(0);
    expect(rig.resumed).toEqual([]);
    expect(rig.pipeline.pausedPartitions).toBe(1);
    rig.pipeline.resumeAfterError(0);
    expect(rig.resumed).toEqual([[0, 1]]);
  });
});

test("in open mode records wait for room among the letters, if the handler says so", async () => {
  const room = Promise.withResolvers<void>();
  const rooms = [room.promise];
  const rig = pipelineRig({ deadLettersFull: () => true, letterRoom: () => rooms.shift() ?? null });
  const handled = rig.consume(Buffer.from("bad"), Buffer.from("bad"));
  for (let i = 0; i < 10; i++) await Promise.resolve();
  expect(rig.letters).toHaveLength(1);
  room.resolve();
  await handled;
  expect(rig.letters).toHaveLength(2);
});

describe("a redriven record", () => {
  const redriven = { headers: { "dashstream-redrive-hops": Buffer.from("1") } };

  test("is delivered and takes no part in the numbering of its thread", async () => {
    const rig = pipelineRig();
    const client = rig.connect();
    await rig.consume(event("a", 9), { value: event("a", 2), ...redriven }, event("a", 10));
    expect(client.offsets(0)).toEqual([0, 1, 2]);
    for (const kind of ["gaps", "duplicates", "reorders"]) {
      expect(rig.counter(`dashstream_sequence_${kind}_total`)).toBe(0);
    }
  });

  test("that is still bad is a dead letter again and excuses no number", async () => {
    const rig = pipelineRig({ gapPolicy: "halt" });
    await rig.consume(
      event("a", 1),
      { value: Buffer.from("bad"), key: Buffer.from("a"), ...redriven },
      event("a", 3),
    );
    expect(rig.letters[0]).toMatchObject({ errorType: "buffer_underflow", headers: redriven.headers });
    expect(rig.counter("dashstream_sequence_gaps_total")).toBe(1);
  });
});

describe("absurd but decodable records", () => {
  const cases: [string, Buffer][] = [
    ["a sequence of 2^64-1", event("a", 1, { sequence: 2n ** 64n - 1n })],
    ["a thread id of 10 KB that is not ASCII", event("é".repeat(5000), 2)],
    ["a negative time", event("a", 1, { timestampUs: -1n })],
    ["a time in the far future", event("a", 1, { timestampUs: 2n ** 62n })],
  ];
  for (const [what, value] of cases) {
    test(`${what} passes, and the next good record arrives`, async () => {
      const rig = pipelineRig();
      const client = rig.connect();
      await rig.consume(event("z", 1), value, event("z", 2));
      expect(client.offsets(0)).toEqual([0, 1, 2]);
      expect(rig.messages("success")).toBe(3);
    });
  }
});

test("a partition that is taken away is left after the slice at hand", async () => {
  const rig = pipelineRig({ maxRecords: 80 });
  const records = Array.from({ length: 30 }, (_, i) =>
    message({ offset: String(i), value: event("a", i + 1) }),
  );
  await rig.handle(records, 0, () => rig.committed.length > 0);
  expect(rig.committed).toEqual([10]);
  expect(rig.messages("success")).toBe(10);
});

test("waiting until everything was handled needs no look at the time", async () => {
  const rig = pipelineRig();
  let settled = false;
  const handled = rig.pipeline.handledUpTo(new Map([[0, 2]])).then(() => {
    settled = true;
  });
  await rig.consume(event("a", 1));
  expect(settled).toBe(false);
  await rig.consume(event("a", 2));
  await handled;
  expect(settled).toBe(true);
});
