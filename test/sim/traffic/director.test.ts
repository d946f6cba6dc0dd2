import { describe, expect, test } from "bun:test";
import type { Message, ProducerRecord } from "kafkajs";
import { type OutgoingRecord, outgoing, type TrafficAlteration } from "../../../sim/traffic/alteration.ts";
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

describe("faults of the traffic", () => {
  /** Passes records through `change`, and gives up at the end what `rest` says. */
  const alteration = (
    change: (record: OutgoingRecord) => readonly OutgoingRecord[],
    rest: readonly OutgoingRecord[] = [],
  ): TrafficAlteration => ({ alter: change, drain: () => rest, hits: 0 });
  const isOdd = ({ origin }: OutgoingRecord) => origin.sequence % 2 === 1;

  test("every record passes through all alterations in force, in the order in which they were added", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, durationMs: 300 });
    const tag = (name: string) =>
      alteration((record) => [
        { ...record, headers: { ...record.headers, by: `${record.headers.by ?? ""}${name}` } },
      ]);
    const removed = director.alter(tag("a"));
    director.alter(tag("b"));
    director.alter(alteration((record) => (isOdd(record) ? [] : [record, record])));
    await advance(100);
    removed.remove();
    removed.remove();
    await advance(200);
    expect(await done).toMatchObject({ produced: 30, unsent: 0 });
    expect(sequences(sent)).toEqual(range(30).flatMap((n) => (n % 2 === 1 ? [] : [n, n])));
    expect(sent.map(({ headers }) => headers.by).join(" ")).toBe(
      `${"ab ".repeat(10)}${"b ".repeat(20)}`.trim(),
    );
  });

  test("what an alteration holds back is sent when it is taken away, and when the traffic ends", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, durationMs: 200 });
    const keeps = () => {
      const kept: OutgoingRecord[] = [];
      return alteration((record) => {
        if (!isOdd(record)) return [record];
        kept.push(record);
        return [];
      }, kept);
    };
    const first = director.alter(keeps());
    await advance(100);
    first.remove();
    director.alter(keeps());
    await advance(100);
    expect((await done).produced).toBe(20);
    expect(sequences(sent)).toEqual([2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 12, 14, 16, 18, 20, 11, 13, 15, 17, 19]);
  });

  test("delayed records are sent when they are due, in order, also after the end of the traffic", async () => {
    const { clock, director, sent, advance, outcome, done } = paced({ ratePerSecond: 100, durationMs: 200 });
    const delay = director.alter(alteration((record) => [{ ...record, delayMs: 500 }]));
    await advance(100);
    delay.remove();
    await advance(390);
    expect(sent).toEqual([]);
    await advance(120);
    expect(sequences(sent)).toEqual(range(20));
    expect((await done).produced).toBe(20);
    expect([outcome.summary?.unsent, clock.monotonicMs()]).toEqual([0, 610]);
  });

  test("an interrupt sends what is held back at once", async () => {
    const abort = new AbortController();
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, signal: abort.signal });
    director.alter(alteration((record) => [{ ...record, delayMs: 60_000 }]));
    await advance(200);
    abort.abort();
    expect(await done).toMatchObject({ produced: 20, unsent: 0 });
    expect(sequences(sent)).toEqual(range(20));
  });

  const other = () =>
    createSmallTraffic({ random: seededRandom(2), clock: manualClock(), tenants: ["other"] });
  const ofOther = (records: readonly OutgoingRecord[]) =>
    records.filter(({ origin }) => origin.tenantId === "other").length;

  test("a further source sends at its own rate beside the usual traffic until it is removed", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, durationMs: 3000 });
    await advance(1000);
    const flood = director.add(other(), 500);
    await advance(1000);
    flood.remove();
    flood.remove();
    await advance(1000);
    expect((await done).produced).toBe(800);
    expect([ofOther(sent), sent.length]).toEqual([500, 800]);
  });

  test("in a pause nothing is made, and what fell due in it is not made up for", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, durationMs: 3000 });
    await advance(1000);
    const pause = director.pause();
    await advance(1000);
    expect(sent.length).toBe(100);
    pause.remove();
    await advance(1000);
    expect((await done).produced).toBe(200);
    expect(sequences(sent)).toEqual(range(200));
  });

  test("after a restart the usual traffic comes from another source", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 100, durationMs: 2000, renew: other });
    await advance(1000);
    director.restart();
    await advance(1000);
    expect((await done).produced).toBe(200);
    expect([ofOther(sent.slice(0, 100)), ofOther(sent.slice(100))]).toEqual([0, 100]);
  });

  test("a source that is far ahead does not keep others from their turn", async () => {
    const { clock, director, sent, done } = paced({
      ratePerSecond: 100,
      durationMs: 1000,
      maxBatchRecords: 50,
    });
    director.add(other(), 100_000);
    await settled();
    clock.advance(1000);
    await done;
    expect(ofOther(sent.slice(0, 200))).toBe(100);
  });

  test("a burst is sent at once, passes through the alterations, and tells when it is acknowledged", async () => {
    const { director, sent, advance, done } = paced({ ratePerSecond: 10, durationMs: 500 });
    director.alter(alteration((record) => (isOdd(record) ? [record, record] : [record])));
    let over = false;
    void director.burst(other(), 1280).then(() => {
      over = true;
    });
    await settled();
    expect([over, ofOther(sent)]).toEqual([true, 1920]);
    await advance(500);
    expect((await done).produced).toBe(1920 + 8);
  });

  test("traffic does not end before its bursts, unless it is interrupted", async () => {
    const abort = new AbortController();
    const waiting: Array<() => void> = [];
    const send = () => new Promise<void>((resolve) => void waiting.push(resolve));
    const { director, advance, done } = paced({
      ratePerSecond: 1,
      durationMs: 100,
      send,
      signal: abort.signal,
    });
    const burst = director.burst(other(), 1500);
    await advance(200);
    waiting.shift()?.();
    await settled();
    abort.abort();
    waiting.shift()?.();
    expect(await burst.catch((error: unknown) => error)).toMatchObject({
      code: "aborted",
      message: "the traffic ended 500 records early",
    });
    expect(await done).toMatchObject({ produced: 1000, unsent: 0 });
  });
});
