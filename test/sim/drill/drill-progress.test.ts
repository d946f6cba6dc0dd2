import { expect, test } from "bun:test";
import { createDrillProgressTexts, type DrillProgress } from "../../../sim/drill/drill-progress.ts";

test("each step of a drill is a line for a log, and one that says how far everything is", () => {
  const event = { scenario: "slow", done: 0, total: 2 };
  const steps: readonly DrillProgress[] = [
    { ...event, state: "started" },
    { ...event, state: "phase", phase: { kind: "waiting for a quiet stack", atMostMs: 1_200_000 } },
    {
      ...event,
      state: "phase",
      phase: { kind: "still not quiet", troubles: ["a is down: gone", "B is firing"] },
    },
    { ...event, state: "phase", phase: { kind: "still not quiet", troubles: ["A", "B", "C", "D", "E"] } },
    { ...event, state: "phase", phase: { kind: "playing", forMs: 61_500 } },
    { ...event, state: "phase", phase: { kind: "waiting for notifications", atMostMs: 120_000 } },
    { ...event, state: "failed", done: 1 },
    { ...event, scenario: "fast", state: "started", done: 1 },
    { ...event, scenario: "fast", state: "phase", phase: { kind: "playing", forMs: 1 }, done: 1 },
  ];
  expect(steps.map(createDrillProgressTexts())).toEqual([
    { line: "0 of 2 scenarios: slow", note: "slow begins, 1 of 2" },
    {
      line: "0 of 2 scenarios: slow waits for the stack to be quiet, at most 20m",
      note: "slow waits for the stack to be quiet, at most 20m",
    },
    {
      line: "0 of 2 scenarios: slow waits, the stack is not quiet: a is down: gone; B is firing",
      note: "slow waits, the stack is not quiet: a is down: gone; B is firing",
    },
    {
      line: "0 of 2 scenarios: slow waits, the stack is not quiet: A; B; C; and 2 more",
      note: "slow waits, the stack is not quiet: A; B; C; and 2 more",
    },
    { line: "0 of 2 scenarios: slow is being played, 1m2s", note: "slow is being played, 1m2s" },
    {
      line: "0 of 2 scenarios: slow waits for people to be told, at most 2m",
      note: "slow waits for people to be told, at most 2m",
    },
    { line: "1 of 2 scenarios, 1 failed", note: "slow failed" },
    { line: "1 of 2 scenarios, 1 failed: fast", note: "fast begins, 2 of 2" },
    { line: "1 of 2 scenarios, 1 failed: fast is being played, 1s", note: "fast is being played, 1s" },
  ]);
});
