// While virtual globals are installed, libraries that use the global functions live in virtual time; afterwards
// everything is as it was.

import { afterEach, describe, expect, test } from "bun:test";
import { VirtualClock } from "../../../sim/verify/virtual-clock.ts";
import { installVirtualGlobals } from "../../../sim/verify/virtual-globals.ts";
import { seededRandom } from "../../../src/runtime/random.ts";

const START_MS = Date.UTC(2026, 0, 1);

const replacedGlobals = () => [
  Date,
  globalThis.setTimeout,
  clearTimeout,
  globalThis.setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  performance.now,
  process.hrtime,
  Math.random,
  crypto.getRandomValues,
];

/** Those of the machine: kept before the first installation, which could leave something behind. */
const before = replacedGlobals();

let uninstall: (() => void) | null = null;

function installed(seed = 1): VirtualClock {
  const clock = new VirtualClock(START_MS);
  uninstall = installVirtualGlobals(clock, seededRandom(seed));
  return clock;
}

function restore(): void {
  uninstall?.();
  uninstall = null;
}

afterEach(restore);

/** The global under test, which fires in virtual time; nothing here waits on the machine's. */
const startTimer = (run: () => void, ms: number) => globalThis.setTimeout(run, ms);

describe("virtual globals", () => {
  test("every way to ask for the time gives virtual time", async () => {
    const clock = installed();
    const began = process.hrtime();
    await clock.advance(61_234.5);
    expect(Date.now()).toBe(START_MS + 61_234);
    expect(new Date().toISOString()).toBe("2026-01-01T00:01:01.234Z");
    expect(performance.now()).toBe(61_234.5);
    expect(process.hrtime(began)).toEqual([61, 234_500_000]);
    expect(process.hrtime.bigint()).toBe(61_234_500_000n);
  });

  test("dates of given times stay what they are", () => {
    installed();
    expect(new Date(0).getTime()).toBe(0);
    expect(new Date(2020, 1, 2).getFullYear()).toBe(2020);
    expect(Date.UTC(1970, 0, 2)).toBe(86_400_000);
    expect(new Date() instanceof Date).toBe(true);
  });

  test("timers fire in virtual time with their arguments, cleared ones never", async () => {
    const clock = installed();
    const fired: string[] = [];
    setInterval((name: string) => fired.push(`${name}@${clock.monotonicMs()}`), 40, "interval");
    const cleared = startTimer(() => fired.push("cleared"), 10);
    startTimer(() => fired.push(`once@${clock.monotonicMs()}`), 50.9);
    clearTimeout(cleared);
    await clock.advance(100);
    expect(fired).toEqual(["interval@40", "once@50", "interval@80"]);
  });

  test("a timer that always sets itself again for no delay does not stop the time", async () => {
    const clock = installed();
    let count = 0;
    const again = () => {
      count++;
      startTimer(again, 0);
    };
    again();
    await clock.advance(10);
    expect(count).toBe(11);
  });

  test("an immediate happens before time passes", async () => {
    const clock = installed();
    const times: number[] = [];
    setImmediate(() => setImmediate(() => times.push(clock.monotonicMs())));
    clearImmediate(setImmediate(() => times.push(-1)));
    await clock.advance(10);
    expect(times).toEqual([0]);
  });

  test("a refreshed timer starts over", async () => {
    const clock = installed();
    const times: number[] = [];
    const timer = startTimer(() => times.push(clock.monotonicMs()), 100);
    await clock.advance(60);
    timer.refresh();
    await clock.advance(200);
    expect(times).toEqual([160]);
  });

  test("randomness repeats with the seed", () => {
    const draw = () => [Math.random(), ...crypto.getRandomValues(new Uint16Array(4))];
    const runs = [7, 7, 8].map((seed) => {
      installed(seed);
      const drawn = draw();
      restore();
      return drawn;
    });
    expect(runs[1]).toEqual(runs[0] as number[]);
    expect(runs[2]).not.toEqual(runs[0] as number[]);
  });

  test("afterwards every global is the one it was before", () => {
    installed();
    const meanwhile = replacedGlobals();
    restore();
    const after = replacedGlobals();
    expect(after.map((value, i) => value === before[i])).toEqual(before.map(() => true));
    expect(meanwhile.map((value, i) => value === before[i])).toEqual(before.map(() => false));
  });

  test("a process lives in one time", () => {
    installed();
    expect(() => installVirtualGlobals(new VirtualClock(0), seededRandom(1))).toThrow("already installed");
  });

  test("what is no virtual timer is given to the machine to clear", () => {
    const realClear = globalThis.clearTimeout;
    const cleared: unknown[] = [];
    globalThis.clearTimeout = (id) => void cleared.push(id);
    try {
      installed();
      clearTimeout(4711);
      clearTimeout(startTimer(() => {}, 10));
      restore();
    } finally {
      globalThis.clearTimeout = realClear;
    }
    expect(cleared).toEqual([4711]);
  });
});
