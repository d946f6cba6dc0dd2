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
let failures: string[];
let values: string[];
/** Fetches that found no leader. */
let refusals: number;

beforeEach(async () => {
  broker = await startBroker();
  clock = manualClock();
  [failures, values, refusals] = [[], [], 0];
});
afterEach(async () => {
  await membership.close(1_000);
  await broker.stop();
});

function refuseFetches() {
  return broker.control(
    "Fetch",
    () => {
      refusals++;
      return { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" };
    },
    { topic: TOPIC },
  );
}

function open(partition?: number): void {
  membership = new GroupMembership(
    {
      settings: settingsOf(broker),
      topic: TOPIC,
      groupId: GROUP,
      fromBeginning: true,
      partition,
      network: systemNetwork,
      clock,
      log: silentLog,
    },
    {
      proven: () => {},
      failed: (operation) => failures.push(operation),
      rebalancing: () => {},
      joined: () => {},
      skipped: () => {},
      async batch({ batch, resolveOffset }) {
        values.push(...batch.messages.map(({ value }) => String(value)));
        resolveOffset(batch.lastOffset());
      },
    },
  );
}

const isPausing = () => clock.pendingDelays().includes(PAUSE_MS);

test.each([
  ["as a member that shares", undefined],
  ["of a single partition", 0],
])(
  "a partition without a leader is asked for four times a second, and read on from: %s",
  async (_, partition) => {
    const rule = refuseFetches();
    append(broker, 0, "a");
    open(partition);
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
  },
);

test("whoever leaves meanwhile does not wait", async () => {
  refuseFetches();
  open();
  await membership.start();
  await eventually(isPausing);
  const closed = membership.close(60_000);
  await closed;
  expect(refusals).toBe(1);
});
