import { expect, test } from "bun:test";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { encodeMessage } from "../../../src/wire/messages.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { decode, headerOf, START_MS, take } from "./decoded.ts";

const small = (seed: number, threads = 3) =>
  createSmallTraffic({ random: seededRandom(seed), clock: manualClock(START_MS), threads });

test("the hand-written bytes are those of the encoder", () => {
  const records = take(small(1, 2), 600);
  for (const record of [...records.slice(0, 4), ...records.slice(250, 260), ...records.slice(-4)]) {
    const message = decode(record);
    if (message.message !== "event") throw new Error("an event expected");
    expect(headerOf(message)).toMatchObject({
      threadId: record.threadId,
      tenantId: "bench",
      sequence: BigInt(record.sequence),
      timestampUs: BigInt(START_MS) * 1000n,
      type: 1,
      schemaVersion: 1,
    });
    const { header, ...rest } = message.event;
    const { parentId: _, ...fields } = headerOf(message);
    const encoded = encodeMessage({ event: { ...rest, header: fields } });
    expect(encoded.length).toBe(record.value.length - 1);
  }
});

test("values have about 300 bytes", () => {
  for (const { value } of take(small(1), 100)) {
    expect(value.length).toBeGreaterThan(270);
    expect(value.length).toBeLessThan(330);
  }
});

test("threads take turns, each numbered from 1 without a gap", () => {
  const records = take(small(2, 3), 30);
  expect(records.map((record) => record.sequence)).toEqual(records.map((_, i) => Math.floor(i / 3) + 1));
  expect(new Set(records.map((record) => record.threadId)).size).toBe(3);
  expect(records[3]?.threadId).toBe(records[0]?.threadId ?? "");
});

test("message ids differ, and the same seed gives the same bytes", () => {
  const records = take(small(3), 200);
  const ids = records.map((record) => Buffer.from(headerOf(decode(record)).messageId).toString("hex"));
  expect(new Set(ids).size).toBe(200);
  expect(ids[0]).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab]/);
  expect(take(small(3), 200)).toEqual([...records]);
});
