import { describe, expect, test } from "bun:test";
import { oneThread, range } from "./sequence-recorder.ts";

describe("a thread in order", () => {
  test("begins with a baseline at any number and goes on in order", () => {
    const { feed, events } = oneThread("warn");
    expect(feed([41, 42, 43])).toEqual(["baseline", "in_order", "in_order"]);
    expect(events.gaps).toEqual([]);
  });

  test("does not mind other threads, nor the same thread id on another partition", () => {
    const { validator, events } = oneThread("warn");
    expect(validator.observe(0, "a", 1, 0, 0)).toBe("baseline");
    expect(validator.observe(0, "b", 7, 0, 0)).toBe("baseline");
    expect(validator.observe(1, "a", 90, 0, 0)).toBe("baseline");
    expect(validator.observe(0, " a ", 2, 0, 0)).toBe("in_order");
    expect(validator.observe(1, "a", 91, 0, 0)).toBe("in_order");
    validator.expire(10_000);
    expect(events.gaps).toEqual([]);
  });

  test("records without thread or number are not validated", () => {
    const { validator, observe } = oneThread("warn");
    expect(validator.observe(0, "  ", 5, 0, 0)).toBe("unsequenced");
    expect(observe(0)).toBe("unsequenced");
    expect(validator.trackedThreads).toBe(0);
    observe(1);
    expect(observe(0)).toBe("unsequenced");
    expect(observe(2)).toBe("in_order");
  });
});

describe("a missing number", () => {
  test("is no gap while at most eight records have overtaken it", () => {
    const { feed, events } = oneThread("warn");
    feed([1, ...range(3, 10)]);
    expect(events.gaps).toEqual([]);
    expect(feed([2])).toEqual(["reordered"]);
    feed(range(11, 30));
    expect(events).toMatchObject({ gaps: [], reorders: 1, duplicates: 0 });
  });

  test("is a gap when the ninth record overtakes it, and late arrival does not undo that", () => {
    const { feed, events } = oneThread("warn");
    expect(feed([1, 3])).toEqual(["baseline", "ahead"]);
    feed(range(4, 11));
    expect(events.gaps).toEqual([{ partition: 0, threadId: "t", expected: 2, received: 3, size: 1 }]);
    expect(feed([2, 12])).toEqual(["reordered", "in_order"]);
    expect(events).toMatchObject({ missing: 1, reorders: 1, duplicates: 0 });
  });

  test("is a gap after two seconds, whether another record comes or not", () => {
    const { observe, validator, events } = oneThread("warn");
    observe(1, 0, 0);
    observe(3, 0, 1000);
    validator.expire(2999);
    expect(events.gaps).toEqual([]);
    validator.expire(3000);
    expect(events.missing).toBe(1);
    validator.expire(9000);
    expect(events.gaps).toHaveLength(1);

    observe(5, 0, 10_000);
    expect(observe(4, 0, 12_000)).toBe("reordered");
    expect(events.missing).toBe(2);
  });

  test("with its neighbours is one gap with a size; a hole filled in the middle is two", () => {
    const { feed, validator, events } = oneThread("warn");
    feed([1, 6, 10, 8]);
    validator.expire(2000);
    expect(events.gaps.map((gap) => [gap.expected, gap.size])).toEqual([
      [2, 4],
      [7, 1],
      [9, 1],
    ]);
  });

  test("holes of several threads come due in the order they were found", () => {
    const { validator, events } = oneThread("warn");
    for (const [index, id] of ["a", "b", "c"].entries()) {
      validator.observe(0, id, 1, 0, 0);
      validator.observe(0, id, 3, 0, index * 100);
    }
    validator.observe(0, "b", 2, 0, 300);
    validator.expire(2100);
    expect(events.gaps.map((gap) => gap.threadId)).toEqual(["a"]);
    validator.expire(2200);
    expect(events.gaps.map((gap) => gap.threadId)).toEqual(["a", "c"]);
  });

  test("may be one of billions without costing memory or time", () => {
    const { feed, validator, events } = oneThread("warn");
    feed([1, 9_000_000_000, 8_000_000_000]);
    validator.expire(2000);
    expect(events.missing).toBe(9_000_000_000 - 3);
  });
});

describe("a number that comes again", () => {
  test("is a duplicate exactly, within the last 64 numbers", () => {
    const { feed, events } = oneThread("warn");
    feed(range(1, 100));
    expect(feed([100, 99, 69, 37, 101])).toEqual([
      "duplicate",
      "duplicate",
      "duplicate",
      "duplicate",
      "in_order",
    ]);
    expect(feed([37])).toEqual(["reordered"]);
    expect(events).toMatchObject({ duplicates: 4, reorders: 1, gaps: [] });
  });

  test("is told from one that comes late for the first time, across jumps of any width", () => {
    for (const jump of range(1, 70)) {
      const { feed } = oneThread("warn");
      const top = 40 + jump;
      feed([...range(1, 40), top]);
      const seen = range(Math.max(1, top - 63), 40);
      const unseen = range(41, top - 1);
      expect(new Set(feed([...seen, top]))).toEqual(new Set(["duplicate"]));
      expect(new Set(feed(unseen))).toEqual(new Set(unseen.map(() => "reordered")));
    }
  });

  test("number 1 with a newer timestamp is a restart of the producer", () => {
    const { observe, events } = oneThread("warn");
    for (const sequence of range(1, 20)) observe(sequence, 1000 + sequence);
    expect(observe(1, 1001)).toBe("duplicate");
    expect(observe(1, 1020)).toBe("duplicate");
    expect(observe(1, 5000)).toBe("restart");
    expect(observe(2, 5001)).toBe("in_order");
    expect(observe(2, 5001)).toBe("duplicate");
    expect(observe(4, 5002)).toBe("ahead");
    expect(events).toMatchObject({ restarts: 1, gaps: [] });
  });

  test("a restart settles what the earlier run still missed", () => {
    const { observe, events } = oneThread("warn");
    observe(10, 100);
    observe(12, 101);
    expect(observe(1, 102)).toBe("restart");
    expect(events.missing).toBe(1);
  });
});

describe("an unreadable record", () => {
  test("accounts for the one number it carried", () => {
    const { feed, unreadable, events } = oneThread("warn");
    feed([1, 2]);
    unreadable();
    feed(range(4, 30));
    expect(events.gaps).toEqual([]);
  });

  test("does not account for a second number", () => {
    const { feed, unreadable, events } = oneThread("warn");
    feed([1, 2]);
    unreadable();
    feed(range(5, 30));
    expect(events.missing).toBe(1);
  });

  test("accounts for a number that was already overtaken", () => {
    const { feed, unreadable, events } = oneThread("warn");
    feed([1, 3]);
    unreadable();
    feed(range(4, 30));
    expect(events.gaps).toEqual([]);
  });

  test("a thousand in a row account for a thousand numbers", () => {
    const { feed, unreadable, events } = oneThread("warn");
    feed([1]);
    for (let i = 0; i < 1000; i++) unreadable();
    feed(range(1002, 1030));
    expect(events.gaps).toEqual([]);
  });

  test("that carried no number of the thread hides nothing that gets lost later", () => {
    const { feed, unreadable, events } = oneThread("warn");
    feed([1]);
    unreadable();
    feed(range(2, 10));
    feed(range(12, 30));
    expect(events.missing).toBe(1);
  });

  test("of an unknown thread leaves no state", () => {
    const { validator, unreadable } = oneThread("warn");
    unreadable();
    expect(validator.trackedThreads).toBe(0);
  });

  test("a number above 2^53-1 counts as unreadable and does not move the expectation", () => {
    const { observe, feed, validator, events } = oneThread("warn");
    expect(observe(2 ** 64)).toBe("unsequenced");
    expect(validator.trackedThreads).toBe(0);
    feed([1, 2]);
    expect(observe(2 ** 64)).toBe("unsequenced");
    expect(feed([4, 5])).toEqual(["ahead", "in_order"]);
    validator.expire(5000);
    expect(events.gaps).toEqual([]);
  });
});
