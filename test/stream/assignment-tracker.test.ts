// Who reads a partition from where, when the group, the committed offsets and the log disagree.

import { beforeEach, describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { AssignmentTracker } from "../../src/stream/assignment-tracker.ts";
import type { Assignment } from "../../src/stream/batch.ts";
import { startOffset } from "../../src/stream/partition-state.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

let log: { start: number; end: number };
let committed: Map<number, number>;
/** Of the group to begin where. */
let inherited: Map<number, number>;
let lookups: number;
let failing: boolean;
let assigned: Assignment[];
let revoked: number[];
let seeks: [number, number][];
let errors: string[];
let clock: ManualClock;
let tracker: AssignmentTracker;
const { signal } = new AbortController();
const heartbeat = () => Promise.resolve();

beforeEach(() => {
  log = { start: 0, end: 10 };
  committed = new Map();
  inherited = new Map();
  [lookups, failing] = [0, false];
  [assigned, revoked, seeks, errors] = [[], [], [], []];
  clock = manualClock();
  tracker = new AssignmentTracker({
    topic: "t",
    groupId: "g",
    fallbackGroupId: "all",
    autoOffsetReset: "earliest",
    admin: {
      ranges: async () => {
        lookups++;
        if (failing) throw new DashstreamError("kafka_unreachable", "down");
        return [0, 1].map((partition) => ({ partition, logStartOffset: log.start, logEndOffset: log.end }));
      },
      committed: async (group) => new Map(group === "all" ? inherited : committed),
    },
    handler: {
      assigned: (assignments) => assigned.push(...assignments),
      revoked: (partitions) => revoked.push(...partitions),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
    onInfrastructureError: (_type, operation) => errors.push(operation),
    seek: (partition, offset) => seeks.push([partition, offset]),
    resume: () => {},
    onAssigned: () => {},
  });
});

async function owning(partition: number) {
  tracker.joined([partition], signal);
  const state = await tracker.ready(partition, heartbeat, signal);
  if (!state) throw new Error("not assigned");
  [assigned, revoked, seeks] = [[], [], []];
  return state;
}

describe("a group that begins where another stands", () => {
  const startOf = async (partition: number) => {
    tracker.joined([0, 1], signal);
    await tracker.ready(partition, heartbeat, signal);
    return assigned.find((assignment) => assignment.partition === partition)?.startOffset;
  };

  test("does so where it has nothing committed itself, and says so to Kafka at once", async () => {
    inherited.set(0, 6);
    expect(await startOf(0)).toBe(6);
    expect(assigned.map(({ startOffset }) => startOffset)).toEqual([6, 0]);
    expect(seeks).toEqual([
      [0, 6],
      [1, 0],
    ]);
    expect(tracker.partitions.get(0)?.committed).toBe(-1);
  });

  test("goes on where it was if it was there before", async () => {
    inherited.set(0, 6);
    committed.set(0, 2);
    expect(await startOf(0)).toBe(2);
  });

  test("begins by policy where the other has nothing that is still in the log", async () => {
    log = { start: 7, end: 10 };
    inherited.set(0, 6);
    expect(await startOf(0)).toBe(7);
  });

  test("reads a partition that was added from its beginning, whatever the other has read of it", async () => {
    committed.set(0, 4);
    inherited.set(0, 4).set(1, 8);
    expect(await startOf(1)).toBe(0);
  });

  test("reads a topic that was made anew from its beginning, whatever the other has read of it", async () => {
    committed.set(0, 9);
    const state = await owning(0);
    committed.clear();
    log = { start: 0, end: 5 };
    inherited.set(0, 3);
    await tracker.realign(state, heartbeat, signal);
    expect(assigned[0]?.startOffset).toBe(0);
  });
});

describe("a new partition", () => {
  test("starts at what is committed, and the library needs no telling", async () => {
    committed.set(0, 4);
    tracker.joined([0], signal);
    await tracker.ready(0, heartbeat, signal);
    expect(assigned).toEqual([{ partition: 0, startOffset: 4, logStartOffset: 0, logEndOffset: 10 }]);
    expect(seeks).toEqual([]);
  });

  test("starts by policy if nothing is committed, and the library is sent exactly there", async () => {
    log = { start: 3, end: 10 };
    tracker.joined([0], signal);
    await tracker.ready(0, heartbeat, signal);
    expect(assigned[0]?.startOffset).toBe(3);
    expect(seeks).toEqual([[0, 3]]);
  });

  test("is waited for with heartbeats while Kafka does not say where it starts, each failure counted", async () => {
    failing = true;
    tracker.joined([0], signal);
    let heartbeats = 0;
    const ready = tracker.ready(0, async () => void heartbeats++, signal);
    while (heartbeats < 3) {
      clock.advance(500);
      await Promise.resolve();
    }
    expect(errors.length).toBeGreaterThanOrEqual(1);
    failing = false;
    let state = null;
    void ready.then((known) => {
      state = known;
    });
    while (state === null) {
      clock.advance(5_000);
      await Promise.resolve();
    }
    expect(state).toMatchObject({ partition: 0, position: 0 });
  });

  test("is not handed out if the group took it back before its start was known", async () => {
    tracker.joined([0], signal);
    tracker.joined([1], signal);
    await tracker.ready(1, heartbeat, signal);
    expect(assigned.map(({ partition }) => partition)).toEqual([1]);
    expect(await tracker.ready(0, heartbeat, signal)).toBeNull();
  });
});

describe("a partition that is kept", () => {
  test("is neither looked up nor handed out again", async () => {
    await owning(0);
    const before = lookups;
    tracker.joined([0], signal);
    await tracker.ready(0, heartbeat, signal);
    expect([assigned, revoked, lookups]).toEqual([[], [], before]);
  });

  test("goes on from its position when the library began at an older committed offset", async () => {
    committed.set(0, 2);
    const state = await owning(0);
    state.position = 7;
    await tracker.realign(state, heartbeat, signal);
    expect(seeks).toEqual([[0, 7]]);
    expect([assigned, revoked]).toEqual([[], []]);
  });

  test("is handed out anew if another member went further meanwhile", async () => {
    committed.set(0, 2);
    const state = await owning(0);
    state.position = 5;
    committed.set(0, 8);
    await tracker.realign(state, heartbeat, signal);
    expect(revoked).toEqual([0]);
    expect(assigned[0]).toMatchObject({ partition: 0, startOffset: 8 });
    expect(state.revoked).toBe(true);
  });

  test("is handed out anew if retention took its next record", async () => {
    committed.set(0, 2);
    const state = await owning(0);
    log = { start: 6, end: 12 };
    await tracker.realign(state, heartbeat, signal);
    expect(revoked).toEqual([0]);
    expect(assigned[0]?.startOffset).toBe(6);
    expect(seeks).toEqual([[0, 6]]);
  });

  test("is handed out anew if its committed offset vanished with an older topic of that name", async () => {
    committed.set(0, 2);
    const state = await owning(0);
    committed.clear();
    await tracker.realign(state, heartbeat, signal);
    expect(revoked).toEqual([0]);
    expect(assigned[0]?.startOffset).toBe(0);
  });
});

test("the first offset is the wanted one if Kafka has it, also right at the end, else the policy's", () => {
  const range = { logStartOffset: 5, logEndOffset: 9 };
  expect([5, 9].map((wanted) => startOffset(wanted, range, "latest"))).toEqual([5, 9]);
  expect([4, 10, undefined].map((wanted) => startOffset(wanted, range, "earliest"))).toEqual([5, 5, 5]);
  expect([4, 10, undefined].map((wanted) => startOffset(wanted, range, "latest"))).toEqual([9, 9, 9]);
});
