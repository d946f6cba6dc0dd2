import { beforeEach, expect, test } from "bun:test";
import { type CommittableOffset, OffsetCommits } from "../../src/stream/offset-commits.ts";
import { PartitionState } from "../../src/stream/partition-state.ts";
import { manualClock } from "../support/manual-clock.ts";

let state: PartitionState;
let settledBelow: number;
let sent: (readonly CommittableOffset[])[];
let commits: OffsetCommits;

beforeEach(() => {
  state = new PartitionState({ partition: 2, position: 5, committed: -1, logEndOffset: 100, nowMs: 0 });
  settledBelow = Number.POSITIVE_INFINITY;
  sent = [];
  commits = new OffsetCommits({
    clock: manualClock(),
    intervalMs: 5_000,
    partitions: () => [state],
    send: () => async (offsets) => void sent.push(offsets),
    onInfrastructureError: () => {},
    settledBelow: () => settledBelow,
  });
});

test("what is handled and settled is committed once", async () => {
  await commits.commit();
  await commits.commit();
  expect(sent).toEqual([[{ partition: 2, offset: "5" }]]);
  expect(state.committed).toBe(5);
});

test("what is handled and not settled is not committed, however far handling has gone on", async () => {
  await commits.commit();
  state.position = 20;
  settledBelow = 8;
  await commits.commit();
  state.position = 30;
  await commits.commit();
  expect(sent.slice(1)).toEqual([[{ partition: 2, offset: "8" }]]);
  settledBelow = Number.POSITIVE_INFINITY;
  await commits.commit();
  expect(sent.at(-1)).toEqual([{ partition: 2, offset: "30" }]);
});

test("a partition that went away is not committed any more", async () => {
  state.revoked = true;
  await commits.commit();
  expect(sent).toEqual([]);
});
