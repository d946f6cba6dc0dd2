import { expect, test } from "bun:test";
import { WriteRoom } from "../../../src/server/replay/write-room.ts";
import { manualClock } from "../../support/manual-clock.ts";

function room(maxWrites: number, maxBytes: number) {
  const clock = manualClock();
  return { clock, room: new WriteRoom({ clock, maxWrites, maxBytes, maxWaitMs: 50 }) };
}

test("writes and their bytes are bounded", () => {
  const { room: one } = room(3, 100);
  expect([one.tryEnter(60), one.tryEnter(41), one.tryEnter(40), one.tryEnter(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  one.leave(60);
  expect([one.tryEnter(0), one.tryEnter(0), one.tryEnter(0)]).toEqual([true, true, false]);
});

test("a single write may be larger than all together may be", () => {
  const { room: one } = room(3, 100);
  expect([one.tryEnter(1_000), one.tryEnter(1)]).toEqual([true, false]);
  one.leave(1_000);
  expect(one.tryEnter(1)).toBe(true);
});

test("whoever waits gets in in the order of asking, before those who come later", async () => {
  const { room: one, clock } = room(1, 100);
  expect(await one.enter(10)).toBe(true);
  const order: string[] = [];
  const [first, second] = ["first", "second"].map((name) => one.enter(10).then(() => order.push(name)));
  clock.advance(49);
  one.leave(10);
  expect(one.tryEnter(10)).toBe(false);
  await first;
  one.leave(10);
  await second;
  expect([order, clock.pendingDelays()]).toEqual([["first", "second"], []]);
});

test("a small write does not overtake a large one that waits", async () => {
  const { room: one } = room(3, 100);
  await one.enter(90);
  const large = one.enter(50);
  expect(one.tryEnter(5)).toBe(false);
  one.leave(90);
  expect([await large, one.tryEnter(5)]).toEqual([true, true]);
});

test("whoever waits too long goes without, and takes no place from others", async () => {
  const { room: one, clock } = room(1, 100);
  await one.enter(10);
  const late = one.enter(10);
  clock.advance(30);
  const inTime = one.enter(10);
  clock.advance(20);
  expect(await late).toBe(false);
  one.leave(10);
  expect(await inTime).toBe(true);
  one.leave(10);
  expect(one.tryEnter(10)).toBe(true);
});
