import { expect, test } from "bun:test";
import { type SequenceGap, SequenceValidator } from "../../src/stream/sequence.ts";
import { expireRegularly } from "../../src/stream/sequence-expiry.ts";
import { manualClock } from "../support/manual-clock.ts";

const ignore = () => {};

test("a number that never comes is a gap in time although nothing else comes, until the timer is cancelled", () => {
  const clock = manualClock();
  const gaps: SequenceGap[] = [];
  const sequence = new SequenceValidator({
    policy: "warn",
    reorderWindowMs: 2_000,
    events: {
      gap: (gap) => gaps.push(gap),
      duplicate: ignore,
      reordered: ignore,
      restarted: ignore,
      halted: ignore,
      evicted: ignore,
      haltedThreads: ignore,
    },
  });
  const timer = expireRegularly(sequence, clock);
  const observe = (number: number) => sequence.observe(0, "thread-1", number, 0, clock.monotonicMs());
  for (const number of [1, 3]) observe(number);
  clock.advance(1_999);
  expect(gaps).toEqual([]);
  clock.advance(1);
  expect(gaps).toMatchObject([{ expected: 2, received: 3 }]);
  timer.cancel();
  observe(5);
  clock.advance(60_000);
  expect(gaps).toHaveLength(1);
});
