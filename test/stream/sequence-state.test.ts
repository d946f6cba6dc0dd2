import { describe, expect, test } from "bun:test";
import { oneThread } from "./sequence-recorder.ts";

describe("policy halt", () => {
  test("stops a thread at the first missing number and no other", () => {
    const { feed, observe, validator, events } = oneThread("halt");
    expect(feed([1, 2, 5, 3, 6])).toEqual(["baseline", "in_order", "halted", "halted", "halted"]);
    expect(observe(0)).toBe("halted");
    expect(validator.observe(0, "u", 1, 0, 0)).toBe("baseline");
    expect(validator.isHalted("t")).toBe(true);
    expect(validator.isHalted("u")).toBe(false);
    const gap = { partition: 0, threadId: "t", expected: 3, received: 5, size: 2 };
    expect(validator.haltedThreads()).toEqual([gap]);
    expect(events).toMatchObject({ gaps: [gap], halts: [gap], haltedCount: 1 });
  });

  test("does not stop for duplicates, late records or a number that was unreadable", () => {
    const { feed, unreadable, events } = oneThread("halt");
    feed([5, 6]);
    unreadable();
    expect(feed([8, 8, 4, 9])).toEqual(["ahead", "duplicate", "reordered", "in_order"]);
    expect(events.halts).toEqual([]);
  });

  test("a reset thread begins anew", () => {
    const { feed, validator, events } = oneThread("halt");
    feed([1, 3]);
    expect(validator.resetThread("nobody")).toBe(false);
    expect(validator.resetThread(" t")).toBe(true);
    expect(events.haltedCount).toBe(0);
    expect(feed([4, 5])).toEqual(["baseline", "in_order"]);
  });

  test("all halted threads can be reset at once, and go with their partition", () => {
    const { validator, events } = oneThread("halt");
    for (const [partition, id] of [
      [0, "a"],
      [0, "b"],
      [1, "c"],
    ] as const) {
      validator.observe(partition, id, 1, 0, 0);
      validator.observe(partition, id, 3, 0, 0);
    }
    expect(events.haltedCount).toBe(3);
    validator.dropPartition(1);
    expect(events.haltedCount).toBe(2);
    expect(validator.resetHalted()).toBe(2);
    expect(events.haltedCount).toBe(0);
    expect(validator.haltedThreads()).toEqual([]);
  });
});

describe("bounded state", () => {
  test("forgets the thread used least recently, which then begins with a baseline", () => {
    const { validator, events } = oneThread("warn", { maxThreads: 3 });
    for (const id of ["a", "b", "c"]) validator.observe(0, id, 1, 0, 0);
    validator.observe(0, "a", 2, 0, 0);
    expect(validator.observe(1, "d", 1, 0, 0)).toBe("baseline");
    expect(validator.trackedThreads).toBe(3);
    expect(validator.observe(0, "a", 3, 0, 0)).toBe("in_order");
    expect(validator.observe(0, "b", 500, 0, 0)).toBe("baseline");
    expect(events.gaps).toEqual([]);
    expect(events.evictions).toBe(2);
  });

  test("reports what a forgotten thread still missed", () => {
    const { validator, events } = oneThread("warn", { maxThreads: 1 });
    validator.observe(0, "a", 1, 0, 0);
    validator.observe(0, "a", 4, 0, 0);
    validator.observe(0, "b", 1, 0, 0);
    expect(events.gaps).toMatchObject([{ threadId: "a", size: 2 }]);
  });

  test("keeps a halted thread longer than any other, but keeps the bound", () => {
    const { validator, events } = oneThread("halt", { maxThreads: 2 });
    validator.observe(0, "h", 1, 0, 0);
    validator.observe(0, "h", 3, 0, 0);
    for (const id of ["a", "b", "c"]) validator.observe(0, id, 1, 0, 0);
    expect(validator.isHalted("h")).toBe(true);
    validator.observe(0, "c", 3, 0, 0);
    expect(events.haltedCount).toBe(2);
    validator.observe(0, "d", 1, 0, 0);
    expect(validator.trackedThreads).toBe(2);
    expect(validator.isHalted("h")).toBe(false);
    expect(events.haltedCount).toBe(1);
  });

  test("a revoked partition takes its threads and their pending numbers with it", () => {
    const { validator, events } = oneThread("warn");
    validator.observe(0, "a", 1, 0, 0);
    validator.observe(0, "a", 3, 0, 0);
    validator.observe(1, "b", 1, 0, 0);
    validator.dropPartition(0);
    validator.expire(5000);
    expect(events.gaps).toEqual([]);
    expect(validator.trackedThreads).toBe(1);
    expect(validator.observe(0, "a", 9, 0, 0)).toBe("baseline");
  });
});
