import { expect, test } from "bun:test";
import { AbsentStretches } from "../../../src/server/replay/absent-stretches.ts";
import { manualClock } from "../../support/manual-clock.ts";

test("a stretch is known from its first offset up to its end, and nothing beside it", () => {
  const absent = new AbsentStretches(manualClock());
  absent.add(10, 20);
  expect([9, 10, 19, 20].map((offset) => absent.endFrom(offset))).toEqual([9, 20, 20, 20]);
});

test("stretches that touch are one; those that do not are apart", () => {
  const absent = new AbsentStretches(manualClock());
  absent.add(10, 20);
  absent.add(30, 40);
  expect([absent.endFrom(15), absent.endFrom(25), absent.endFrom(30)]).toEqual([20, 25, 40]);
  absent.add(20, 30);
  expect(absent.endFrom(10)).toBe(40);
});

test("what was joined counts as long as the older part does", () => {
  const clock = manualClock();
  const absent = new AbsentStretches(clock);
  absent.add(0, 10);
  clock.advance(20_000);
  absent.add(10, 20);
  clock.advance(9_999);
  expect(absent.endFrom(0)).toBe(20);
  clock.advance(1);
  expect([absent.endFrom(0), absent.endFrom(10)]).toEqual([0, 10]);
});

test("of very many stretches the newest are remembered", () => {
  const absent = new AbsentStretches(manualClock());
  for (let i = 0; i < 100; i++) absent.add(i * 10, i * 10 + 5);
  expect([absent.endFrom(0), absent.endFrom(680), absent.endFrom(990)]).toEqual([0, 685, 995]);
});
