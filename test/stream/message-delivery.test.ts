import { describe, expect, test } from "bun:test";
import type { KafkaMessage } from "kafkajs";
import { seededRandom } from "../../src/runtime/random.ts";
import { consumerCounts } from "../../src/stream/consumer-counts.ts";
import type { DeadLetter } from "../../src/stream/dead-letter.ts";
import { DeadLetterBarrier } from "../../src/stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../../src/stream/dead-letter-sink.ts";
import { MessageDelivery } from "../../src/stream/message-delivery.ts";
import type { ReceivedMessage } from "../../src/stream/received-message.ts";
import { RecordJudge } from "../../src/stream/record-judge.ts";
import { RecordTraces } from "../../src/stream/record-traces.ts";
import { createStreamMetrics } from "../../src/stream/seams.ts";
import type { FinishedSpan } from "../../src/telemetry/tracing/span.ts";
import { Tracer } from "../../src/telemetry/tracing/tracer.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import type { DashStreamMessage } from "../../src/wire/model.ts";
import { event, message, SOURCE } from "../server/pipeline-rig.ts";
import { manualClock } from "../support/manual-clock.ts";

function rig(
  onMessage: (offset: number) => void | Promise<void>,
  deadLetters: DeadLetterSink | null = null,
  traceRatio = 0,
) {
  const clock = manualClock();
  const spans: FinishedSpan[] = [];
  const tracer = new Tracer({
    ratio: traceRatio,
    random: seededRandom(1),
    finish: (span) => spans.push(span),
  });
  const metrics = createStreamMetrics();
  const inspector = new Inspector({ maxPayloadBytes: 1000, schemaPolicy: "exact" });
  const progress: number[] = [];
  const received: ReceivedMessage[] = [];
  const delivery = new MessageDelivery({
    inspector,
    judge: new RecordJudge({ clock, inspector, sequence: null }),
    barrier: new DeadLetterBarrier({ clock, hold: () => {}, release: () => {} }),
    deadLetters: () => deadLetters,
    counts: consumerCounts(metrics),
    traces: new RecordTraces({ tracer, clock, inspector, source: SOURCE }),
    errors: { error: () => {}, warn: () => {}, flush: () => {} },
    onMessage(message) {
      received.push(message);
      return onMessage(message.offset);
    },
  });
  return {
    clock,
    spans,
    metrics,
    progress,
    received,
    handle: (records: readonly KafkaMessage[]) =>
      delivery.handleBatch({
        partition: 0,
        records,
        highWatermark: 9,
        progress: (next) => progress.push(next),
        heartbeat: () => Promise.resolve(),
        cancelled: () => false,
      }),
  };
}

const records = [1, 2, 3].map((number, offset) =>
  message({ offset: String(offset), value: event("a", number) }),
);

test("records that are read again are counted and not handed over again", async () => {
  const handed: number[] = [];
  const { handle, metrics, progress } = rig((offset) => void handed.push(offset));
  await handle(records.slice(0, 2));
  await handle(records);
  expect(handed).toEqual([0, 1, 2]);
  expect(metrics.counter("dashstream_redeliveries_total").value).toBe(2);
  expect(progress).toEqual([2, 3]);
});

test("what was handled before a handler failed is done", async () => {
  const { handle, progress } = rig((offset) => {
    if (offset === 2) throw new Error("no");
  });
  const failed = await handle(records).then(
    () => null,
    (error: Error) => error.message,
  );
  expect(failed).toBe("no");
  expect(progress).toEqual([2]);
});

test("a batch with bad records ends when there is room for the letters of the next, one without does not wait", async () => {
  const room = Promise.withResolvers<void>();
  const { handle, progress } = rig(() => {}, { full: true, room: () => room.promise, offer: () => null });
  await handle(records.slice(0, 2));
  expect(progress).toEqual([2]);
  let ended = false;
  const bad = handle([message({ offset: "2", value: Buffer.from("bad") })]).then(() => {
    ended = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([progress, ended]).toEqual([[2, 3], false]);
  room.resolve();
  await bad;
});

test("a message says what it is without being decoded, and is decoded once when asked for", async () => {
  const { handle, received } = rig(() => {});
  await handle(records.slice(0, 1));
  const [first] = received;
  expect(first?.kind).toBe("event");
  expect(first?.protobuf.toString()).toContain("acme");
  expect(first?.message).toBe(first?.message as DashStreamMessage);
  expect(first?.message).toMatchObject({ message: "event", event: { nodeId: "n" } });
});

describe("traces", () => {
  const processed = (spans: readonly FinishedSpan[]) =>
    spans
      .filter(({ name }) => name === "process_kafka_message")
      .map(({ attributes, error, startMs, endMs }) => ({
        offset: attributes["kafka.offset"],
        type: attributes["error.type"],
        error,
        tookMs: endMs - startMs,
      }));

  test("a span lasts until the handler is done", async () => {
    const handler = Promise.withResolvers<void>();
    const { handle, spans, clock } = rig(() => handler.promise, null, 1);
    const handling = handle(records.slice(0, 1));
    clock.advance(40);
    expect(spans).toEqual([]);
    handler.resolve();
    await handling;
    expect(processed(spans)).toEqual([{ offset: 0, type: undefined, error: null, tookMs: 40 }]);
    expect(spans.map(({ name }) => name)).toEqual(["process_kafka_message", "consume_kafka_batch"]);
  });

  test("a handler that fails makes one, also of a record that is not kept, and its letter is in that trace", async () => {
    for (const ratio of [0, 1]) {
      const letters: DeadLetter[] = [];
      const sink = {
        full: false,
        room: () => null,
        offer(letter: DeadLetter) {
          letters.push(letter);
          return null;
        },
      };
      const fails = async (offset: number) => {
        if (offset === 1) throw new Error("no such model");
      };
      const { handle, spans } = rig(fails, sink, ratio);
      await handle(records);
      const failed = processed(spans).filter(({ error }) => error !== null);
      expect(failed).toMatchObject([{ offset: 1, type: "processing_error", error: "no such model" }]);
      expect(processed(spans)).toHaveLength(ratio === 0 ? 1 : 3);
      const span = spans.find(({ error }) => error === "no such model");
      expect(letters.map(({ trace }) => trace)).toEqual([span?.context as never]);
      expect(span?.attributes).toMatchObject({ thread_id: "a", sequence: 2 });
    }
  });

  test("a record that cannot be read makes one, and so does one without a value", async () => {
    const { handle, spans } = rig(() => {});
    await handle([
      message({ offset: "0", value: Buffer.from("bad") }),
      message({ offset: "1", value: null }),
    ]);
    expect(processed(spans)).toMatchObject([
      { offset: 0, type: "buffer_underflow" },
      { offset: 1, type: "payload_missing" },
    ]);
  });

  test("a good record that is not kept makes none", async () => {
    const { handle, spans } = rig(() => {});
    await handle(records);
    expect(spans).toEqual([]);
  });
});
