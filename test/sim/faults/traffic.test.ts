import { expect, test } from "bun:test";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { OutgoingRecord } from "../../../sim/traffic/alteration.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import { faultRig, settled } from "./traffic-rig.ts";

/** Five seconds of traffic of 50 records a second under a fault, and five after it. */
async function under(name: string, given: Record<string, unknown> = {}) {
  const { stage, director, sent, advance, end } = faultRig();
  const { fault, params } = parseFaultParams(name, given);
  const summary = director.run();
  const running = await fault.apply(stage, params);
  await advance(5000);
  await running.clear();
  await running.clear();
  const during = sent.length;
  await advance(5000);
  end();
  await summary;
  return { hits: running.hits(), during: sent.slice(0, during), after: sent.slice(during), sent };
}

const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });
const verdict = ({ value }: OutgoingRecord) => (value === null ? "missing" : inspector.inspect(value));
const isMade = (record: OutgoingRecord) =>
  record.value === record.origin.value && record.key === record.origin.key && record.delayMs === 0;

const CASES: readonly (readonly [name: string, isHit: (record: OutgoingRecord) => boolean])[] = [
  ["corrupt-payload", (record) => verdict(record) !== null],
  ["oversized", (record) => verdict(record) === "payload_too_large"],
  ["schema-mismatch", (record) => verdict(record) === "schema_mismatch"],
  ["null-value", (record) => record.value === null],
  ["clock-skew", (record) => record.value !== record.origin.value],
  ["unkeyed", (record) => record.key === null],
];

test.each(CASES)("%s changes its share of the records while it lasts and none after", async (name, isHit) => {
  const { hits, during, after } = await under(name);
  expect(during.filter(isHit)).toHaveLength(hits);
  expect(hits).toBeGreaterThan(0);
  expect(after.length).toBeGreaterThanOrEqual(250);
  expect(after.every(isMade)).toBe(true);
});

const numbersByThread = (records: readonly OutgoingRecord[]) =>
  [...Map.groupBy(records, ({ origin }) => origin.threadId).values()].map((ofThread) =>
    ofThread.map(({ origin }) => origin.sequence).filter((sequence) => sequence > 0),
  );
const missing = (numbers: readonly number[]) => Math.max(0, ...numbers) - new Set(numbers).size;
const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

test("sequence-gap loses as many numbers as it says", async () => {
  const { hits, sent } = await under("sequence-gap", { share: 0.1 });
  expect(hits).toBeGreaterThan(15);
  expect(sum(numbersByThread(sent).map(missing))).toBe(hits);
});

test("duplicate sends as many records twice as it says", async () => {
  const { hits, sent } = await under("duplicate");
  expect(sent.length).toBe(500 + hits);
  expect(hits).toBeGreaterThan(20);
});

test("reorder moves records and loses none, not even those it still holds when it is cleared", async () => {
  const { hits, sent } = await under("reorder", { behind: 3 });
  const threads = numbersByThread(sent);
  expect(sum(threads.map(missing))).toBe(0);
  expect(sent.length).toBe(500);
  const late = threads.flatMap((numbers) =>
    numbers.filter((n, i) => n < Math.max(0, ...numbers.slice(0, i))),
  );
  expect(late).toHaveLength(hits);
  expect(hits).toBeGreaterThan(10);
});

test("delivery-delay sends everything later and in order", async () => {
  const { hits, during, sent } = await under("delivery-delay", { delay_ms: 2000 });
  expect([during.length, hits, sent.length]).toEqual([150, 250, 500]);
  for (const numbers of numbersByThread(sent)) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test("tenant-flood sends for its tenant until it is cleared", async () => {
  const { hits, sent } = await under("tenant-flood", { tenant: "acme", rate: 100 });
  expect(sent.filter(({ origin }) => origin.tenantId === "acme")).toHaveLength(hits);
  expect([hits, sent.length]).toEqual([500, 1000]);
});

test("burst sends its records at once", async () => {
  const { stage, sent, end, director } = faultRig();
  const { fault, params } = parseFaultParams("burst", { count: 1234 });
  const running = await fault.apply(stage, params);
  await settled();
  await running.clear();
  end();
  await director.run();
  expect([running.hits(), sent.length]).toEqual([1234, 1234]);
});

test.each([0.2, 0.05])("two faults of the share %d do not take the same records", async (share) => {
  const { stage, director, sent, advance, end } = faultRig();
  const summary = director.run();
  const faults = ["corrupt-payload", "unkeyed"].map((name) => parseFaultParams(name, { share }));
  for (const { fault, params } of faults) await fault.apply(stage, params);
  await advance(10_000);
  end();
  await summary;
  const damaged = sent.filter((record) => verdict(record) !== null);
  const unkeyed = sent.filter(({ key }) => key === null);
  expect([damaged.length, unkeyed.length]).toEqual([500 * share, 500 * share]);
  expect(damaged.filter((record) => unkeyed.includes(record))).toEqual([]);
});
