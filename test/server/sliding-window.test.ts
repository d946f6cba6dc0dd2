import { expect, test } from "bun:test";
import { SlidingWindow } from "../../src/server/sliding-window.ts";
import { manualClock } from "../support/manual-clock.ts";

test("an event counts for 120 seconds, that moment included", () => {
  const clock = manualClock();
  for (const offsetMs of [0, 1, 4_999, 9_999]) {
    clock.advance(offsetMs);
    const window = new SlidingWindow(clock);
    window.add(3);
    clock.advance(120_000);
    expect(window.total()).toBe(3);
    clock.advance(10_000);
    expect(window.total()).toBe(0);
  }
});

test("events add up and leave in the order they came", () => {
  const clock = manualClock();
  const window = new SlidingWindow(clock);
  window.add(1);
  clock.advance(60_000);
  window.add(10);
  expect(window.total()).toBe(11);
  clock.advance(70_000);
  expect(window.total()).toBe(10);
});

test("a long silence empties the window", () => {
  const clock = manualClock();
  const window = new SlidingWindow(clock);
  for (let i = 0; i < 20; i++) {
    window.add(1);
    clock.advance(10_000);
  }
  clock.advance(86_400_000);
  expect(window.total()).toBe(0);
  window.add(2);
  expect(window.total()).toBe(2);
});
