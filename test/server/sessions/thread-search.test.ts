// Where a resume by thread begins, and that the search for it stays within its bounds.

import { describe, expect, test } from "bun:test";
import { Ring } from "../../../src/server/ring.ts";
import { recordDescriber } from "../../../src/server/sessions/record-details.ts";
import type { SessionContext } from "../../../src/server/sessions/session-context.ts";
import { searchThreads, type ThreadIndex } from "../../../src/server/sessions/thread-search.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";
import { event } from "../pipeline-rig.ts";

const RING_RECORDS = 5000;

interface Searched {
  readonly ring: Ring;
  readonly clock: ManualClock;
  readonly search: (
    sequences: Record<string, number>,
    signal?: AbortSignal,
  ) => ReturnType<typeof searchThreads>;
}

/** A search over a ring; of threads nothing is known but what `threads` says. */
function searched(threads: Partial<ThreadIndex> = {}): Searched {
  const ring = new Ring({ maxRecords: RING_RECORDS, maxBytes: 4_000_000 });
  const clock = manualClock();
  const context = {
    ring,
    clock,
    describe: recordDescriber(1_048_576),
    threads: {
      lastSequences: () => [],
      firstAfter: () => Promise.resolve(null),
      scanRecords: 100,
      ...threads,
    },
  } as Partial<SessionContext> as SessionContext;
  return {
    ring,
    clock,
    search: (sequences, signal = new AbortController().signal) =>
      searchThreads(context, new Map(Object.entries(sequences)), signal),
  };
}

/** Appends events of a thread to a partition, numbers and offsets going up from these. */
function append(ring: Ring, count: number, { thread = "a", partition = 0, offset = 0, sequence = 1 } = {}) {
  for (let i = 0; i < count; i++) ring.append(partition, offset + i, event(thread, sequence + i));
}

const lastIn =
  (...places: readonly (readonly [partition: number, sequence: number])[]) =>
  () =>
    places.map(([partition, sequence]) => ({ partition, sequence }));

describe("a search for threads", () => {
  test("begins at the record with the next number, and asks the index nothing", async () => {
    let asked = 0;
    const { ring, search } = searched({
      lastSequences: lastIn([0, 10]),
      firstAfter: () => {
        asked++;
        return Promise.resolve(null);
      },
    });
    ring.assign(0, 0);
    append(ring, 10);
    expect([...(await search({ a: 4 })).starts]).toEqual([[0, 4]]);
    expect(asked).toBe(0);
  });

  test("goes back so many records before the ring where nobody knows the next number, and not below 0", async () => {
    const { ring, search } = searched({ lastSequences: lastIn([0, 600], [1, 2]) });
    append(ring, 10, { offset: 590, sequence: 591 });
    append(ring, 1, { thread: "other", partition: 1, offset: 50 });
    append(ring, 1, { thread: "other", partition: 2, offset: 900 });
    expect([...(await search({ a: 1 })).starts].sort()).toEqual([
      [0, 490],
      [1, 0],
    ]);
  });

  test("for a thread that nobody knows goes back in every partition", async () => {
    const { ring, search } = searched();
    append(ring, 1, { thread: "other", offset: 500 });
    append(ring, 1, { thread: "other", partition: 1, offset: 700 });
    expect([...(await search({ stranger: 0 })).starts]).toEqual([
      [0, 400],
      [1, 600],
    ]);
  });

  test("goes back before the ring in the partition that the index names, too, if it has not the very next number", async () => {
    const firstAfter = () => Promise.resolve({ partition: 1, offset: 495, sequence: 4 });
    const { ring, search } = searched({ lastSequences: lastIn([0, 9]), firstAfter });
    append(ring, 1, { thread: "other", offset: 300 });
    append(ring, 1, { thread: "other", partition: 1, offset: 500 });
    expect([...(await search({ a: 1 })).starts].sort()).toEqual([
      [0, 200],
      [1, 400],
    ]);
  });

  test("for a thread that has nothing new begins nowhere", async () => {
    const { ring, search } = searched({ lastSequences: lastIn([0, 10]) });
    append(ring, 10);
    expect((await search({ a: 10 })).starts.size).toBe(0);
  });

  test("through a long ring lets others have their turn", async () => {
    const { ring, clock, search } = searched({ lastSequences: lastIn([0, RING_RECORDS]) });
    append(ring, RING_RECORDS);
    let isDone = false;
    const plan = search({ a: RING_RECORDS - 1 }).finally(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 2; turn++) {
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(isDone).toBe(false);
      expect(clock.pendingDelays()).toEqual([0]);
      clock.advance(0);
    }
    expect([...(await plan).starts]).toEqual([[0, RING_RECORDS - 1]]);
  });

  test("looks at nothing beyond a ring that is cleared meanwhile, so that what comes next is what was produced", async () => {
    const { ring, clock, search } = searched({ lastSequences: lastIn([0, RING_RECORDS]) });
    append(ring, RING_RECORDS);
    const plan = search({ a: RING_RECORDS - 1 });
    await Promise.resolve();
    ring.clear();
    clock.advance(0);
    await plan;
    const value = event("b", 1);
    const position = ring.head;
    ring.append(0, RING_RECORDS, value);
    expect(Buffer.from(ring.valueAt(position))).toEqual(Buffer.from(value));
  });

  test("that is withdrawn asks the index for no further thread", async () => {
    const withdrawn = new AbortController();
    const asked: string[] = [];
    const { ring, search } = searched({
      firstAfter: (threadId) => {
        asked.push(threadId);
        withdrawn.abort();
        return Promise.resolve(null);
      },
    });
    ring.assign(0, 0);
    await search({ a: 0, b: 0, c: 0 }, withdrawn.signal);
    expect(asked).toEqual(["a"]);
  });
});
