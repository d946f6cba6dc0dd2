// What is still to happen comes out by time, then in the order in which it was added, whatever was cancelled.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { type HeapEntry, TimerHeap } from "../../../sim/verify/timer-heap.ts";

function drained(heap: TimerHeap): void {
  for (let run = heap.take(); run; run = heap.take()) run();
}

test("entries come out by time, and in the order of their adding where that is equal", () => {
  const dueTimes = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 });
  fc.assert(
    fc.property(dueTimes, (dues) => {
      const heap = new TimerHeap();
      const taken: number[] = [];
      for (const [index, dueMs] of dues.entries()) heap.add(dueMs, () => taken.push(index));
      drained(heap);
      // Sorting is stable, so it keeps the order of adding.
      const expected = dues.map((dueMs, index) => ({ dueMs, index })).sort((a, b) => a.dueMs - b.dueMs);
      expect(taken).toEqual(expected.map(({ index }) => index));
    }),
  );
});

test("cancelled entries never come out, however many there are, and are not counted", () => {
  const plan = fc.array(fc.record({ dueMs: fc.integer({ min: 0, max: 20 }), isCancelled: fc.boolean() }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(plan, (entries) => {
      const heap = new TimerHeap();
      const taken: number[] = [];
      const added: HeapEntry[] = entries.map(({ dueMs }, index) => heap.add(dueMs, () => taken.push(index)));
      entries.forEach(({ isCancelled }, index) => {
        const entry = added[index];
        if (isCancelled && entry) heap.cancel(entry);
      });
      const kept = entries.map((entry, index) => ({ ...entry, index })).filter((e) => !e.isCancelled);
      expect(heap.size).toBe(kept.length);
      drained(heap);
      expect(taken).toEqual(kept.sort((a, b) => a.dueMs - b.dueMs).map(({ index }) => index));
      expect(heap.size).toBe(0);
    }),
  );
});

test("cancelling twice, or what was taken, counts nothing twice", () => {
  const heap = new TimerHeap();
  const entries = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((dueMs) => heap.add(dueMs, () => {}));
  heap.take();
  for (const entry of [...entries.slice(0, 2), ...entries.slice(0, 2)]) heap.cancel(entry);
  expect(heap.size).toBe(7);
  expect(heap.nextDueMs()).toBe(3);
});

test("an empty heap is due never and has nothing to take", () => {
  const heap = new TimerHeap();
  expect(heap.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  expect(heap.take()).toBeNull();
});
