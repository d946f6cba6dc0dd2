import { expect, test } from "bun:test";
import { threadsOf } from "../../../src/server/replay/record-threads.ts";
import { encodeFramed } from "../../../src/wire/encode.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import { event } from "../pipeline-rig.ts";

function threads(value: Buffer) {
  const inspector = new Inspector({ maxPayloadBytes: 1_000_000, schemaPolicy: "exact" });
  expect(inspector.inspect(value)).toBeNull();
  return threadsOf(inspector);
}

test("an event is of its thread", () => {
  expect(threads(event("t1", 7))).toEqual([{ threadId: "t1", sequence: 7 }]);
});

test("a batch is of every thread that it has an event of, under the highest number of each", () => {
  const events = [
    ["a", 3],
    ["b", 9],
    ["a", 5],
    ["a", 4],
  ].map(([threadId, sequence]) => ({
    header: { threadId: String(threadId), tenantId: "acme", sequence: Number(sequence), schemaVersion: 1 },
    nodeId: "n",
  }));
  const value = encodeFramed({ eventBatch: { events } });
  expect(threads(value)).toEqual([
    { threadId: "a", sequence: 5 },
    { threadId: "b", sequence: 9 },
  ]);
});

test("a message without header is of none", () => {
  expect(threads(encodeFramed({ eventBatch: { events: [] } }))).toEqual([]);
});
