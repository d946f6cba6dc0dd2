import { expect, test } from "bun:test";
import type { Message, ProducerRecord } from "kafkajs";
import { type OutgoingRecord, outgoing } from "../../../sim/traffic/alteration.ts";
import { type DirectorOptions, TrafficDirector, type TrafficSummary } from "../../../sim/traffic/director.ts";
import { kafkaSend } from "../../../sim/traffic/kafka-send.ts";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { take } from "./decoded.ts";

type Given = Partial<DirectorOptions> & Pick<DirectorOptions, "ratePerSecond">;

/** Traffic on a clock that the test moves; everything sent is kept. */
function paced(given: Given) {
  const clock = manualClock();
  const random = seededRandom(1);
  const sent: OutgoingRecord[] = [];
  const batches: number[] = [];
  const outcome: { summary?: TrafficSummary } = {};
  const source = createSmallTraffic({ random, clock, threads: 1 });
  const send = async (records: readonly OutgoingRecord[]) => {
    batches.push(records.length);
    sent.push(...records);
  };
  const director = new TrafficDirector({ source, send, clock, random, ...given });
  const done = director.run().then((summary) => {
    outcome.summary = summary;
    return summary;
  });
  const advance = async (ms: number, stepMs = 10) => {
    for (let t = 0; t < ms; t += stepMs) {
      clock.advance(Math.min(stepMs, ms - t));
      await settled();
    }
  };
  return { clock, director, sent, batches, outcome, done, advance };
}

/** Lets everything run that does not wait for the clock. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const sequences = (records: readonly OutgoingRecord[]) => records.map(({ origin }) => origin.sequence);
const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test("a steady rate is exact at every moment and over the whole", async () => {
  const { sent, advance, done } = paced({ ratePerSecond: 300, durationMs: 3000 });
  for (const second of [1, 2]) {
    await advance(1000);
    expect(sent).toHaveLength(300 * second);
  }
  await advance(1000);
  expect(await done).toMatchObject({
    produced: 900,
    unsent: 0,
    failedSends: 0,
    lastError: null,
    elapsedMs: 3000,
  });
  expect(sequences(sent)).toEqual(range(900));
});

test("time that passes unseen is caught up, in batches of bounded size", async () => {
  const { clock, sent, batches, done } = paced({
    ratePerSecond: 1000,
    durationMs: 60_000,
    maxBatchRecords: 700,
  });
  await settled();
  clock.advance(60_000);
  const summary = await done;
  expect(summary.produced).toBe(60_000);
  expect(sent).toHaveLength(60_000);
  expect(Math.max(...batches)).toBe(700);
});

test("a count ends the traffic to the record", async () => {
  const { advance, done, sent } = paced({ ratePerSecond: 1000, count: 1234 });
  await advance(1300);
  expect((await done).produced).toBe(1234);
  expect(sequences(sent)).toEqual(range(1234));
});

test("a signal ends it at once", async () => {
  const abort = new AbortController();
  const { advance, done } = paced({ ratePerSecond: 100, signal: abort.signal });
  await advance(500);
  abort.abort();
  expect(await done).toMatchObject({ produced: 50, unsent: 0 });
});

test("no more batches are on their way than allowed, and the rest waits", async () => {
  const waiting: Array<() => void> = [];
  let most = 0;
  const send = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      most = Math.max(most, waiting.length);
    });
  const { advance, outcome, done } = paced({ ratePerSecond: 100, durationMs: 1000, maxInFlight: 2, send });
  await advance(2000);
  expect(most).toBe(2);
  expect(outcome.summary).toBeUndefined();
  while (outcome.summary === undefined) {
    waiting.shift()?.();
    await settled();
  }
  expect((await done).produced).toBe(100);
  expect(most).toBe(2);
});

test("what could not be sent is sent again before anything newer, and counted", async () => {
  const down = new Error("broker down");
  const arrived: OutgoingRecord[] = [];
  let failures = 3;
  const progress: number[] = [];
  const send = async (records: readonly OutgoingRecord[]) => {
    if (failures-- > 0) throw down;
    arrived.push(...records);
  };
  const { advance, done } = paced({
    ratePerSecond: 100,
    durationMs: 4000,
    send,
    onProgress: ({ failedSends }) => progress.push(failedSends),
  });
  await advance(5000);
  expect(await done).toMatchObject({ produced: 400, failedSends: 3, lastError: down, unsent: 0 });
  expect(sequences(arrived)).toEqual(range(400));
  expect(progress.slice(0, 4)).toEqual([1, 2, 3, 3]);
});

test("what is given up because of the signal is counted as unsent", async () => {
  const abort = new AbortController();
  const send = () => Promise.reject(new Error("broker down"));
  const { advance, done } = paced({ ratePerSecond: 100, send, signal: abort.signal });
  await advance(700);
  abort.abort();
  const { produced, unsent } = await done;
  expect([produced, unsent]).toEqual([0, 1]);
});

test("a producer is asked for the acknowledgement of all replicas and given keys, values and headers", async () => {
  const calls: ProducerRecord[] = [];
  const producer = {
    send: async (record: ProducerRecord) => {
      calls.push(record);
      return [];
    },
  };
  const records = take(createSmallTraffic({ random: seededRandom(1), clock: manualClock() }), 2).map(
    outgoing,
  );
  await kafkaSend(producer, "dashstream-quality")(records);
  const messages: Message[] = records.map(({ key, value, headers }) => ({ key, value, headers }));
  expect(calls).toEqual([{ topic: "dashstream-quality", acks: -1, messages }]);
});
