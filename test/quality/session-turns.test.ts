import { beforeEach, describe, expect, test } from "bun:test";
import { SessionTurns } from "../../src/quality/session-turns.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

const TIMEOUT_MS = 300_000;

let clock: ManualClock;
let ended: number[];
let sessions: SessionTurns;

beforeEach(() => {
  clock = manualClock();
  ended = [];
  sessions = new SessionTurns({
    clock,
    timeoutMs: TIMEOUT_MS,
    maxSessions: 3,
    ended: (turns) => ended.push(turns),
  });
});

describe("a session", () => {
  test("gives its highest turn once, when it has been silent for the timeout", () => {
    sessions.report("a", 2);
    sessions.report("a", 7);
    sessions.report("a", 3);
    clock.advance(TIMEOUT_MS - 1);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([7]);
    clock.advance(10 * TIMEOUT_MS);
    expect(ended).toEqual([7]);
  });

  test("lives on with every report, also one that names no turn", () => {
    sessions.report("a", 1);
    clock.advance(TIMEOUT_MS - 1);
    sessions.report("a", 2);
    clock.advance(TIMEOUT_MS - 1);
    sessions.report("a", null);
    clock.advance(TIMEOUT_MS - 1);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([2]);
  });

  test("ends by itself, whatever others do", () => {
    sessions.report("a", 1);
    clock.advance(TIMEOUT_MS / 2);
    sessions.report("b", 2);
    clock.advance(TIMEOUT_MS / 2);
    expect(ended).toEqual([1]);
    clock.advance(TIMEOUT_MS / 2);
    expect(ended).toEqual([1, 2]);
  });

  test("that comes back is a new one", () => {
    sessions.report("a", 5);
    clock.advance(TIMEOUT_MS);
    sessions.report("a", 1);
    clock.advance(TIMEOUT_MS);
    expect(ended).toEqual([5, 1]);
  });

  test("that never names a turn is not kept", () => {
    sessions.report("a", null);
    expect(sessions.size).toBe(0);
    expect(clock.pendingDelays()).toEqual([]);
  });
});

test("without a session each turn is given at once", () => {
  sessions.report("", 4);
  sessions.report("", null);
  expect(ended).toEqual([4]);
  expect(sessions.size).toBe(0);
});

test("beyond the bound the session silent for longest is over, and not lost", () => {
  sessions.report("a", 1);
  sessions.report("b", 2);
  sessions.report("c", 3);
  sessions.report("a", 1);
  sessions.report("d", 4);
  expect(ended).toEqual([2]);
  expect(sessions.size).toBe(3);
});

test("a flush ends all sessions and the timer", () => {
  sessions.report("a", 1);
  sessions.report("b", 2);
  sessions.flush();
  expect(ended).toEqual([1, 2]);
  expect(clock.pendingDelays()).toEqual([]);
  clock.advance(TIMEOUT_MS);
  expect(ended).toEqual([1, 2]);
});
