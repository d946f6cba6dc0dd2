import { expect, test } from "bun:test";
import { DeadLetterRoom } from "../../src/stream/dead-letter-room.ts";
import { Permits } from "../../src/stream/permits.ts";
import { manualClock } from "../support/manual-clock.ts";

function rig() {
  const clock = manualClock();
  const permits = new Permits(1);
  return { clock, permits, room: new DeadLetterRoom(permits, clock) };
}

test("nobody waits while a permit is free", () => {
  const { room } = rig();
  expect([room.isShort, room.wait()]).toEqual([false, null]);
});

test("all that wait go on together once a permit is given back, and no timer is left", async () => {
  const { clock, permits, room } = rig();
  permits.tryTake();
  const waits = [room.wait(), room.wait()];
  expect(waits[0]).not.toBeNull();
  permits.release();
  await Promise.all(waits);
  expect(room.isShort).toBe(false);
  expect(clock.pendingDelays()).toEqual([]);
});

test("a Kafka that takes nothing is waited for once, and again only after it took a letter", async () => {
  const { clock, permits, room } = rig();
  permits.tryTake();
  const wait = room.wait();
  clock.advance(1000);
  await wait;
  expect([room.isShort, room.wait()]).toEqual([false, null]);
  // An attempt that failed gives its permit back, too; that says nothing of Kafka.
  permits.release();
  permits.tryTake();
  expect(room.wait()).toBeNull();
  room.taken();
  expect(room.isShort).toBe(true);
});
