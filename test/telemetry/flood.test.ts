import { describe, expect, test } from "bun:test";
import { type FloodOptions, floodGuard } from "../../src/telemetry/flood.ts";
import type { Log, LogFields } from "../../src/telemetry/log.ts";
import { manualClock } from "../support/manual-clock.ts";

function guarded(options?: FloodOptions) {
  const lines: string[] = [];
  const fieldsSeen: LogFields[] = [];
  const keep =
    (level: string) =>
    (msg: string, fields: LogFields = {}) => {
      lines.push(`${level} ${msg}`);
      fieldsSeen.push(fields);
    };
  const log: Log = {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: () => log,
  };
  const clock = manualClock();
  return { guard: floodGuard(log, clock, options), lines, fieldsSeen, clock };
}

describe("a flood of equal errors", () => {
  test("shows its first five lines, then one line a second with the count", () => {
    const { guard, lines, fieldsSeen, clock } = guarded();
    for (let i = 0; i < 12; i++) guard.error("decode", `decode error ${i}`, { offset: i });
    expect(lines).toEqual([0, 1, 2, 3, 4].map((i) => `error decode error ${i}`));
    clock.advance(1000);
    expect(lines.slice(5)).toEqual(["error decode error 11 (one of 7 alike)"]);
    expect(fieldsSeen.at(-1)).toEqual({ offset: 11, repeated: 7, flood: "decode" });
    guard.error("decode", "decode error 12");
    clock.advance(1000);
    expect(lines.slice(6)).toEqual(["error decode error 12"]);
  });

  test("loses nothing: the lines and the counts add up", () => {
    const { guard, fieldsSeen, clock } = guarded({ first: 2, windowMs: 2500 });
    for (let i = 0; i < 10_000; i++) {
      guard.error("k", "m");
      clock.advance(1);
    }
    guard.flush();
    const counted = fieldsSeen.reduce((sum, { repeated }) => sum + (Number(repeated) || 1), 0);
    expect(counted).toBe(10_000);
    // Four windows of two lines each, ten summaries and the flush.
    expect(fieldsSeen.length).toBeLessThanOrEqual(4 * 2 + 10 + 1);
  });

  test("does not silence other keys, nor the same key at another level", () => {
    const { guard, lines } = guarded({ first: 1 });
    guard.error("a", "1");
    guard.error("a", "2");
    guard.error("b", "3");
    guard.warn("a", "4");
    expect(lines).toEqual(["error 1", "error 3", "warn 4"]);
  });

  test("is written in full again in the next window", () => {
    const { guard, lines, clock } = guarded({ first: 1, windowMs: 10_000 });
    guard.error("a", "1");
    clock.advance(9_999);
    guard.error("a", "2");
    expect(lines).toEqual(["error 1"]);
    clock.advance(1);
    guard.error("a", "3");
    expect(lines).toEqual(["error 1", "error 3"]);
    clock.advance(1_000);
    expect(lines).toEqual(["error 1", "error 3", "error 2"]);
  });

  test("leaves no timer behind when it is over or flushed", () => {
    const { guard, lines, clock } = guarded({ first: 1 });
    guard.error("a", "1");
    expect(clock.pendingDelays().length).toBe(0);
    guard.error("a", "2");
    expect(clock.pendingDelays().length).toBe(1);
    clock.advance(2_000);
    expect(clock.pendingDelays().length).toBe(0);
    guard.error("a", "3");
    guard.flush();
    expect(clock.pendingDelays().length).toBe(0);
    expect(lines.at(-1)).toBe("error 3");
  });

  test("with ever new keys keeps a bounded number of them and still counts all", () => {
    const { guard, lines } = guarded({ first: 1 });
    for (let i = 0; i < 1500; i++) {
      guard.error(`key ${i}`, "shown");
      guard.error(`key ${i}`, "counted");
      guard.error(`key ${i}`, "counted");
    }
    const summaries = () => lines.filter((line) => line.includes("alike")).length;
    expect(summaries()).toBe(500);
    guard.flush();
    expect(summaries()).toBe(1500);
  });
});
