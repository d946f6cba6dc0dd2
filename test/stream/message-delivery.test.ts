import { expect, test } from "bun:test";
import type { KafkaMessage } from "kafkajs";
import { consumerCounts } from "../../src/stream/consumer-counts.ts";
import { DeadLetterBarrier } from "../../src/stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../../src/stream/dead-letter-sink.ts";
import { MessageDelivery } from "../../src/stream/message-delivery.ts";
import type { ReceivedMessage } from "../../src/stream/received-message.ts";
import { RecordJudge } from "../../src/stream/record-judge.ts";
import { createStreamMetrics } from "../../src/stream/seams.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import type { DashStreamMessage } from "../../src/wire/model.ts";
import { event, message } from "../server/pipeline-rig.ts";
import { manualClock } from "../support/manual-clock.ts";

function rig(onMessage: (offset: number) => void, deadLetters: DeadLetterSink | null = null) {
  const clock = manualClock();
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
    traces: null,
    errors: { error: () => {}, warn: () => {}, flush: () => {} },
    onMessage(message) {
      received.push(message);
      onMessage(message.offset);
    },
  });
  return {
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
  const { handle, metrics, progress } = rig((offset) => handed.push(offset));
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
