import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { GroupMembership } from "../../src/stream/group-membership.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { eventually } from "../support/eventually.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { append, GROUP, settingsOf, startBroker, TOPIC } from "./stream-rig.ts";

const PAUSE_MS = 250;

let broker: Broker;
let clock: ManualClock;
let membership: GroupMembership;
let others: GroupMembership[];
let failures: string[];
let values: string[];
/** Fetches that found no leader. */
let refusals: number;
/** Rounds of the library, with or without anything to fetch. */
let looks: number;

beforeEach(async () => {
  broker = await startBroker(2);
  clock = manualClock();
  [failures, values, refusals, looks, others] = [[], [], 0, 0, []];
});
afterEach(async () => {
  for (const one of [membership, ...others]) await one.close(1_000);
  await broker.stop();
});

/** @param partition default: all */
function refuseFetches(partition?: number) {
  return broker.control(
    "Fetch",
    () => {
      refusals++;
      return { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" };
    },
    { topic: TOPIC, ...(partition === undefined ? {} : { partition }) },
  );
}

function open(): void {
  membership = member(() => {});
}

function member(joined: (partitions: readonly number[]) => void): GroupMembership {
  return new GroupMembership(
    {
      settings: settingsOf(broker),
      topic: TOPIC,
      groupId: GROUP,
      fromBeginning: true,
      network: systemNetwork,
      clock,
      log: silentLog,
    },
    {
      proven: () => void looks++,
      failed: (operation) => failures.push(operation),
      rebalancing: () => {},
      joined,
      skipped: () => {},
      async batch({ batch, resolveOffset }) {
        values.push(...batch.messages.map(({ value }) => String(value)));
        resolveOffset(batch.lastOffset());
      },
    },
  );
}

const isPausing = () => clock.pendingDelays().includes(PAUSE_MS);

test("a partition without a leader is asked for again after a pause, and read on from", async () => {
  const rule = refuseFetches();
  append(broker, 0, "a");
  open();
  await membership.start();
  for (let times = 1; times <= 3; times++) {
    await eventually(isPausing);
    expect(refusals).toBe(times);
    expect(failures).toEqual(Array.from({ length: times }, () => "fetch"));
    if (times === 3) rule.remove();
    clock.advance(PAUSE_MS);
  }
  await eventually(() => values.length > 0);
  expect(values).toEqual(["a"]);
  expect(isPausing()).toBe(false);
});

/** Resolves once the library has looked for something to fetch. */
async function looked(): Promise<void> {
  const before = looks;
  await eventually(() => looks > before + 1);
}

test("what is paused by others meanwhile stays so", async () => {
  const rule = refuseFetches();
  append(broker, 0, "a");
  open();
  await membership.start();
  await eventually(isPausing);
  membership.pause(0);
  rule.remove();
  clock.advance(PAUSE_MS);
  await looked();
  expect(values).toEqual([]);
  membership.resume(0);
  await eventually(() => values.length > 0);
  expect([values, refusals]).toEqual([["a"], 1]);
});

test("what is resumed by others meanwhile waits for the leader too", async () => {
  refuseFetches();
  open();
  await membership.start();
  await eventually(isPausing);
  membership.pause(0);
  membership.resume(0);
  await looked();
  expect(refusals).toBe(1);
  clock.advance(PAUSE_MS);
  await eventually(() => refusals === 2);
});

test("what was never stopped for an election is resumed at once, and read when it comes", async () => {
  const given = new Map<GroupMembership, readonly number[]>();
  const start = async () => {
    const one: GroupMembership = member((partitions) => given.set(one, partitions));
    await one.start();
    return one;
  };
  membership = await start();
  const other = await start();
  others.push(other);
  await eventually(() => given.get(membership)?.length === 1 && given.get(other)?.length === 1);
  const [[own = 0] = [], [foreign = 0] = []] = [given.get(membership), given.get(other)];
  membership.pause(foreign);
  const rule = refuseFetches(own);
  await eventually(isPausing);
  membership.resume(foreign);
  rule.remove();
  await other.close(60_000);
  clock.advance(PAUSE_MS);
  append(broker, foreign, "a");
  await eventually(() => values.length > 0);
  expect(values).toEqual(["a"]);
});

test("another refusal of a fetch is no election", async () => {
  broker.control("Fetch", () => ({ kind: "error", error: "OFFSET_OUT_OF_RANGE" }), {
    topic: TOPIC,
    times: 1,
  });
  append(broker, 0, "a");
  open();
  await membership.start();
  await eventually(() => values.length > 0);
  expect(clock.pendingDelays()).toEqual([]);
});

test("whoever leaves meanwhile leaves the group", async () => {
  refuseFetches();
  open();
  await membership.start();
  await eventually(isPausing);
  await membership.close(60_000);
  expect([refusals, clock.pendingDelays()]).toEqual([1, []]);
  expect(broker.expireMembers(GROUP)).toBe(0);
});
