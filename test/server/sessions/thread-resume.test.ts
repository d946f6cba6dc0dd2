// Resume by thread: what came after a number of each thread, in the order of offsets, with every number that is
// nowhere to be had.

import { describe, expect, test } from "bun:test";
import type { ThreadRecord } from "../../../src/server/sessions/thread-search.ts";
import { event } from "../pipeline-rig.ts";
import { FakePages } from "./fake-pages.ts";
import { hubRig, type RigOptions, say } from "./hub-rig.ts";

/** Thread and number of each record, in the order of offsets, all of partition 0. */
type Produced = readonly (readonly [threadId: string, sequence: number])[];

function rigWith(produced: Produced, options: RigOptions = {}) {
  const last = new Map<string, number>();
  for (const [threadId, sequence] of produced)
    last.set(threadId, Math.max(sequence, last.get(threadId) ?? 0));
  const lastSequences = (threadId: string) => {
    const sequence = last.get(threadId);
    return sequence === undefined ? [] : [{ partition: 0, sequence }];
  };
  const rig = hubRig({ ...options, threads: { lastSequences, ...options.threads } });
  rig.ring.assign(0, 0);
  produced.forEach(([threadId, sequence], offset) => {
    const value = event(threadId, sequence);
    options.pages?.append(0, offset, value);
    rig.ring.append(0, offset, value);
    rig.hub.flush();
  });
  return rig;
}

async function resume(rig: ReturnType<typeof rigWith>, sequences: Record<string, number>) {
  const client = rig.connect(null);
  say(client, { type: "resume", mode: "thread", lastSequencesByThread: sequences });
  for (let i = 0; i < 50 && client.of("replay_complete").length === 0; i++) {
    await Promise.resolve();
    rig.catchUp();
  }
  return client;
}

const A = [1, 2, 3, 4, 5].map((sequence) => ["a", sequence] as const);
const B = [1, 2, 3].map((sequence) => ["b", sequence] as const);

describe("a resume by thread", () => {
  test("delivers what came after the number, of these threads only, and then everything live", async () => {
    const rig = rigWith([...A, ...B, ["a", 6]]);
    const client = await resume(rig, { a: 3 });
    expect(client.offsets(0)).toEqual([3, 4, 8]);
    expect(client.of("gap")).toEqual([]);
    expect(client.of("replay_complete")).toEqual([
      { type: "replay_complete", totalReplayed: 3, mode: "thread" },
    ]);
    rig.produce(0, 0);
    rig.ring.append(0, 9, event("b", 4));
    rig.hub.flush();
    expect(client.offsets(0)).toEqual([3, 4, 8, 9]);
    expect(rig.metrics.replay.thread.messages.value).toBe(3);
  });

  test("of several threads keeps the order of offsets", async () => {
    const client = await resume(
      rigWith([
        ["a", 1],
        ["b", 1],
        ["a", 2],
        ["b", 2],
        ["c", 1],
        ["a", 3],
      ]),
      { b: 1, a: 0 },
    );
    expect(client.offsets(0)).toEqual([0, 2, 3, 5]);
  });

  test("of a thread that has nothing new sends nothing, and says so", async () => {
    const client = await resume(rigWith(A), { a: 5 });
    expect(client.records).toEqual([]);
    expect(client.of("replay_complete")[0]).toMatchObject({ totalReplayed: 0, mode: "thread" });
  });

  test("without any thread is answered, too", async () => {
    const client = await resume(rigWith(A), {});
    expect(client.of("replay_complete")[0]).toMatchObject({ totalReplayed: 0, mode: "thread" });
  });

  test("names the numbers that are nowhere to be had", async () => {
    const rig = rigWith(A, { maxRecords: 2 });
    const client = await resume(rig, { a: 1 });
    expect(client.offsets(0)).toEqual([3, 4]);
    expect(client.of("gap")).toEqual([
      expect.objectContaining({ threadId: "a", count: 2, fromSequence: "2", toSequence: "3" }),
    ]);
    expect(rig.metrics.replay.thread.gapMessages.value).toBe(2);
  });

  test("does not name a number that came later than the one after it", async () => {
    const client = await resume(
      rigWith([
        ["a", 1],
        ["a", 3],
        ["a", 2],
      ]),
      { a: 1 },
    );
    expect(client.offsets(0)).toEqual([1, 2]);
    expect(client.of("gap")).toEqual([]);
  });

  test("names numbers between others only where records are gone", async () => {
    const pages = new FakePages(1);
    const produced = [1, 2, 4, 5, 6, 7].map((sequence) => ["a", sequence] as const);
    const whole = await resume(rigWith(produced, { maxRecords: 2, pages }), { a: 1 });
    expect(whole.of("gap")).toEqual([]);
    expect(whole.offsets(0)).toEqual([1, 2, 3, 4, 5]);
    const rig = rigWith(produced, { maxRecords: 2, pages: new FakePages(1) });
    const client = rig.connect(null);
    say(client, { type: "resume", mode: "thread", lastSequencesByThread: { a: 1 } });
    for (let i = 0; i < 20; i++) {
      await Promise.resolve();
      if (client.offsets(0).length === 1) rig.pages.trim(0, 3);
      rig.catchUpOnce();
    }
    rig.catchUp();
    expect(client.offsets(0)).toEqual([1, 3, 4, 5]);
    expect(client.of("gap")).toMatchObject([{ threadId: "a", count: 2, fromSequence: "3", toSequence: "4" }]);
  });

  test("names a thread that nothing is known of", async () => {
    const client = await resume(rigWith(A), { stranger: 7 });
    expect(client.of("replay_complete")[0]).toMatchObject({ unknownThreads: ["stranger"] });
  });

  test("searches the tiers where the ring has too little", async () => {
    const client = await resume(rigWith([...A, ...B], { maxRecords: 2, pages: new FakePages() }), { a: 2 });
    expect(client.offsets(0)).toEqual([2, 3, 4]);
    expect(client.of("gap")).toEqual([]);
  });

  test("begins where the index knows the next number, without a search", async () => {
    const pages = new FakePages(1);
    const firstAfter = (_: string, sequence: number): Promise<ThreadRecord> =>
      Promise.resolve({ partition: 0, offset: sequence, sequence: sequence + 1 });
    const produced = Array.from({ length: 60 }, (_, i) => ["a", i + 1] as const);
    const client = await resume(rigWith(produced, { maxRecords: 2, pages, threads: { firstAfter } }), {
      a: 50,
    });
    expect(client.offsets(0)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
    expect(pages.requests).toBe(8);
  });

  test("gets everything that comes while its threads are searched for", async () => {
    const { promise, resolve: answer } = Promise.withResolvers<null>();
    const rig = rigWith(A, { maxRecords: 2, threads: { firstAfter: () => promise } });
    rig.ring.assign(1, 0);
    const client = rig.connect(null);
    say(client, { type: "resume", mode: "thread", lastSequencesByThread: { a: 1 } });
    await Promise.resolve();
    rig.ring.append(1, 0, event("b", 1));
    rig.hub.flush();
    answer(null);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    rig.catchUp();
    expect(client.offsets(1)).toEqual([0]);
  });

  test("in the older form names a single thread", async () => {
    const rig = rigWith(A);
    const client = rig.connect(null);
    say(client, { type: "resume", threadId: "a", lastSequence: "4" });
    await Promise.resolve();
    await Promise.resolve();
    rig.catchUp();
    expect(client.offsets(0)).toEqual([4]);
  });
});
