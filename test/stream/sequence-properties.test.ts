// The validator against a slow oracle that looks at the whole history at once.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { oneThread, range } from "./sequence-recorder.ts";

const WINDOW = 8;
/** Numbers stay within the 64 for which duplicates are told exactly. */
const arrivals = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 120 });

/** What the history means, computed number by number from its definition. */
function oracle(history: readonly number[], window: number) {
  const baseline = history[0] ?? 0;
  const highest = Math.max(...history);
  const isMissing = (number: number) => {
    const shownAt = history.findIndex((arrived) => arrived > number);
    const arrivedAt = history.indexOf(number);
    if (arrivedAt < 0) return true;
    return shownAt >= 0 && arrivedAt - shownAt > window;
  };
  const repeated = history.filter((number, at) => history.indexOf(number) < at).length;
  const late = history.filter(
    (number, at) =>
      history.indexOf(number) === at && history.slice(0, at).some((earlier) => earlier > number),
  ).length;
  return { missing: range(baseline + 1, highest).filter(isMissing).length, repeated, late };
}

test("gaps, late and repeated numbers are those of the definition, for any order of arrival", () => {
  fc.assert(
    fc.property(arrivals, fc.constantFrom(0, 1, 3, WINDOW), (history, reorderWindow) => {
      const { feed, validator, events } = oneThread("warn", { reorderWindow });
      feed(history);
      validator.expire(10_000);
      const expected = oracle(history, reorderWindow);
      expect([events.missing, events.duplicates, events.reorders]).toEqual([
        expected.missing,
        expected.repeated,
        expected.late,
      ]);
    }),
    { numRuns: 400 },
  );
});

/** One record of one of several threads, some time after the record before it. */
interface Arrival {
  readonly partition: number;
  readonly threadId: string;
  readonly number: number;
  readonly pauseMs: number;
  /** Whether the validator was asked for what is overdue before it came. */
  readonly expired: boolean;
}

const WINDOW_MS = 2_000;
/** So small that the few records of a thread often cross it. */
const SMALL_WINDOW = 2;
const interleaved: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record({
    partition: fc.integer({ min: 0, max: 1 }),
    threadId: fc.constantFrom("a", "b"),
    number: fc.integer({ min: 1, max: 60 }),
    pauseMs: fc.constantFrom(0, 0, 0, 1, 700, WINDOW_MS - 1, WINDOW_MS),
    expired: fc.boolean(),
  }),
  { minLength: 1, maxLength: 200 },
);

/** Numbers of one thread that did not come within the window of records and time after a higher one had come. */
function lostNumbers(
  history: readonly { readonly number: number; readonly atMs: number }[],
): readonly number[] {
  const numbers = history.map(({ number }) => number);
  return range((numbers[0] ?? 0) + 1, Math.max(...numbers)).filter((number) => {
    const arrivedAt = numbers.indexOf(number);
    const shownAt = numbers.findIndex((earlier) => earlier > number);
    const [arrived, shown] = [history[arrivedAt], history[shownAt]];
    if (!arrived) return true;
    if (!shown || shownAt > arrivedAt) return false;
    return arrivedAt - shownAt > SMALL_WINDOW || arrived.atMs - shown.atMs >= WINDOW_MS;
  });
}

test("each number that is lost lies in exactly one gap of its own thread, however threads and times interleave", () => {
  fc.assert(
    fc.property(interleaved, (arrivals) => {
      const { validator, events } = oneThread("warn", {
        reorderWindow: SMALL_WINDOW,
        reorderWindowMs: WINDOW_MS,
      });
      let nowMs = 0;
      const timed = arrivals.map((arrival) => {
        nowMs += arrival.pauseMs;
        if (arrival.expired) validator.expire(nowMs);
        validator.observe(arrival.partition, arrival.threadId, arrival.number, 0, nowMs);
        return { ...arrival, atMs: nowMs };
      });
      validator.expire(nowMs + WINDOW_MS);
      const threadOf = ({ partition, threadId }: Pick<Arrival, "partition" | "threadId">) =>
        `${partition} ${threadId}`;
      const lost = [...Map.groupBy(timed, threadOf)].flatMap(([thread, history]) =>
        lostNumbers(history).map((number) => `${thread} ${number}`),
      );
      const found = events.gaps.flatMap((gap) =>
        range(gap.expected, gap.expected + gap.size - 1).map((number) => `${threadOf(gap)} ${number}`),
      );
      expect(found.sort()).toEqual(lost.sort());
      expect(validator.haltedThreads()).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test("the size of all gaps is the count of numbers that never came", () => {
  const fates = fc.array(fc.constantFrom("delivered", "delivered", "lost", "twice"), { maxLength: 300 });
  fc.assert(
    fc.property(fates, (middle) => {
      const { feed, validator, events } = oneThread("warn");
      const last = middle.length + 2;
      feed([1, ...middle.flatMap((fate, i) => Array(copies(fate)).fill(i + 2)), last]);
      validator.expire(10_000);
      expect(events.missing).toBe(middle.filter((fate) => fate === "lost").length);
      expect(events.duplicates).toBe(middle.filter((fate) => fate === "twice").length);
      expect(events.reorders).toBe(0);
    }),
  );
});

const copies = (fate: string) => (fate === "lost" ? 0 : fate === "twice" ? 2 : 1);

/** For which no number can be later than the window bears. */
const MAX_DELAY = WINDOW / 2 + 1;

test("a reorder within the window is never a gap", () => {
  // Between the record that showed a number missing and the number itself come at most `delay - 2` numbers after it, and
  // `MAX_DELAY - 2` earlier ones that are late themselves: with the number itself 7 of the 8 that the window bears.
  const displaced = fc.array(fc.integer({ min: 0, max: MAX_DELAY }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(displaced, (delays) => {
      const order = delays
        .map((delay, i) => ({ number: i + 2, due: i + delay }))
        .sort((a, b) => a.due - b.due || a.number - b.number)
        .map(({ number }) => number);
      const { feed, validator, events } = oneThread("warn");
      feed([1, ...order]);
      validator.expire(10_000);
      expect(events.gaps).toEqual([]);
      expect(events.duplicates).toBe(0);
    }),
  );
});

test("late and repeated numbers never move the expectation", () => {
  fc.assert(
    fc.property(arrivals, (history) => {
      const { feed, observe } = oneThread("continue");
      feed(history);
      const next = Math.max(...history) + 1;
      expect(observe(next)).toBe("in_order");
    }),
  );
});

test("unreadable records account for exactly the numbers they carried", () => {
  const fates = fc.array(fc.constantFrom("delivered", "delivered", "delivered", "unreadable", "lost"), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fates, fc.constantFrom(0, WINDOW), (middle, reorderWindow) => {
      const { observe, unreadable, validator, events } = oneThread("warn", { reorderWindow });
      observe(1);
      for (const [i, fate] of middle.entries()) {
        if (fate === "unreadable") unreadable();
        if (fate === "delivered") observe(i + 2);
      }
      observe(middle.length + 2);
      validator.expire(10_000);
      expect(events.missing).toBe(middle.filter((fate) => fate === "lost").length);
    }),
    { numRuns: 300 },
  );
});

test("no unreadable record hides more than one missing number, and none invents a gap", () => {
  const history = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom("unreadable" as const)),
    {
      minLength: 1,
      maxLength: 120,
    },
  );
  fc.assert(
    fc.property(history, (steps) => {
      const { observe, unreadable, validator, events } = oneThread("warn");
      const numbers = steps.filter((step) => step !== "unreadable");
      for (const step of steps) step === "unreadable" ? unreadable() : observe(step);
      validator.expire(10_000);
      const missing = numbers.length === 0 ? 0 : oracle(numbers, WINDOW).missing;
      expect(events.missing).toBeLessThanOrEqual(missing);
      expect(events.missing).toBeGreaterThanOrEqual(missing - (steps.length - numbers.length));
    }),
    { numRuns: 300 },
  );
});

test("a halted thread is never delivered again until it is reset", () => {
  fc.assert(
    fc.property(arrivals, (history) => {
      const { feed, events } = oneThread("halt");
      const verdicts = feed(history);
      const stop = verdicts.indexOf("halted");
      const before = stop < 0 ? history : history.slice(0, stop);
      expect(oracle(before, 0).missing).toBe(0);
      expect(verdicts.slice(before.length).every((verdict) => verdict === "halted")).toBe(true);
      expect(events.halts).toHaveLength(stop < 0 ? 0 : 1);
    }),
  );
});

test("memory stays within the bound and counters stay true to it, whatever is done", () => {
  const step = fc.oneof(
    fc.record({
      partition: fc.integer({ min: 0, max: 2 }),
      thread: fc.integer({ min: 0, max: 9 }),
      sequence: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(2 ** 53 - 1, 2 ** 53, 2 ** 64)),
    }),
    fc.tuple(fc.constantFrom("drop", "reset", "resetHalted", "expire"), fc.integer({ min: 0, max: 9 })),
  );
  fc.assert(
    fc.property(fc.constantFrom("warn", "halt"), fc.array(step, { maxLength: 300 }), (policy, steps) => {
      const { validator, events } = oneThread(policy, { maxThreads: 5, reorderWindow: 2 });
      for (const [at, next] of steps.entries()) {
        if (!Array.isArray(next)) {
          validator.observe(next.partition, `t${next.thread}`, next.sequence, 0, at * 100);
        } else if (next[0] === "drop") validator.dropPartition(next[1]);
        else if (next[0] === "reset") validator.resetThread(`t${next[1]}`);
        else if (next[0] === "resetHalted") validator.resetHalted();
        else validator.expire(at * 100);
        expect(validator.trackedThreads).toBeLessThanOrEqual(5);
        expect(validator.haltedThreads()).toHaveLength(events.haltedCount);
      }
      for (const partition of [0, 1, 2]) validator.dropPartition(partition);
      const declared = events.gaps.length;
      validator.expire(1e9);
      expect([validator.trackedThreads, events.haltedCount, events.gaps.length - declared]).toEqual([
        0, 0, 0,
      ]);
    }),
  );
});
