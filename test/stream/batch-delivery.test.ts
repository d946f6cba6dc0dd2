// What a batch does to its partition when its handler fails.

import { expect, test } from "bun:test";
import type { EachBatchPayload } from "kafkajs";
import { seededRandom } from "../../src/runtime/random.ts";
import type { AssignmentTracker } from "../../src/stream/assignment-tracker.ts";
import { BatchDelivery } from "../../src/stream/batch-delivery.ts";
import { PartitionState } from "../../src/stream/partition-state.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { manualClock } from "../support/manual-clock.ts";

const state = () =>
  new PartitionState({ partition: 0, position: 0, committed: -1, logEndOffset: 1, nowMs: 0 });

function payload(): EachBatchPayload {
  const batch = {
    partition: 0,
    fetchedOffset: "0",
    highWatermark: "1",
    messages: [{ offset: "0" }],
    lastOffset: () => "0",
  };
  const idle = {
    heartbeat: async () => {},
    resolveOffset: () => {},
    isRunning: () => true,
    isStale: () => false,
  };
  return { batch, ...idle } as unknown as EachBatchPayload;
}

function delivery(current: PartitionState, fail: () => void) {
  const calls: string[] = [];
  const clock = manualClock();
  const made = new BatchDelivery({
    handler: {
      handleBatch: async () => {
        fail();
        throw new Error("no");
      },
    },
    tracker: { ready: async () => current } as unknown as AssignmentTracker,
    clock,
    random: seededRandom(1),
    log: silentLog,
    signal: new AbortController().signal,
    pause: () => calls.push("pause"),
    resume: () => calls.push("resume"),
  });
  return { made, calls, clock };
}

test("a partition whose handler failed stands still for a while", async () => {
  const { made, calls, clock } = delivery(state(), () => {});
  await made.deliver(payload());
  expect(calls).toEqual(["pause"]);
  clock.advance(1_000);
  expect(calls).toEqual(["pause", "resume"]);
});

test("a partition that went away while its handler failed is not held up for whoever has it now", async () => {
  const gone = state();
  const { made, calls, clock } = delivery(gone, () => {
    gone.revoked = true;
  });
  await made.deliver(payload());
  clock.advance(1_000);
  expect(calls).toEqual([]);
});
