import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { DRAFT_KINDS } from "../../../sim/traffic/draft.ts";
import type { DashstreamError } from "../../../src/errors.ts";
import type { DashStreamMessage } from "../../../src/wire/model.ts";
import { EventType } from "../../../src/wire/model.ts";
import { stateHash } from "../../../src/wire/state-hash.ts";
import { decompress } from "../../../src/wire/zstd.ts";
import {
  applyOperations,
  byThread,
  completeRuns,
  decode,
  eventsOf,
  headerOf,
  START_MS,
  take,
  textAttribute,
  traffic,
} from "./decoded.ts";

test("the same seed gives the same bytes, and another one gives others", () => {
  expect(take(traffic(7), 400)).toEqual(take(traffic(7), 400));
  expect(take(traffic(8), 10)).not.toEqual(take(traffic(7), 10));
});

test("sources do not disturb each other", () => {
  const [a, b] = [traffic(7), traffic(99)];
  const alone = take(traffic(7), 200);
  const beside = alone.map(() => {
    b.next();
    return a.next();
  });
  expect(beside).toEqual([...alone]);
});

test("every value is framed, well-formed, and says in its header what the record says", () => {
  for (const record of take(traffic(1), 1500)) {
    const message = decode(record);
    const header = headerOf(message);
    expect(message.message).toBe(record.kind);
    expect(record.key.toString()).toBe(record.threadId);
    expect(header).toMatchObject({
      threadId: record.threadId,
      tenantId: record.tenantId,
      sequence: BigInt(record.sequence),
      timestampUs: BigInt(START_MS) * 1000n,
      schemaVersion: 1,
    });
    expect(header.messageId).toHaveLength(16);
    expect(record.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  }
});

test("a thread is numbered from 1 without a gap over all kinds of message; its trace has no number", () => {
  for (const messages of byThread(take(traffic(2), 3000)).values()) {
    const numbered = messages.filter((message) => message.message !== "executionTrace");
    const numbers = numbered.map((message) => Number(headerOf(message).sequence));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const traces = messages.filter((message) => message.message === "executionTrace");
    expect(traces.map((trace) => headerOf(trace).sequence)).toEqual(traces.map(() => 0n));
  }
});

test("in batches the events keep their numbers and their order, and the envelope has none", () => {
  const records = take(traffic(2, { batchSize: 5 }), 2000);
  const sizes = new Set<number>();
  for (const messages of byThread(records).values()) {
    const numbers = messages.flatMap((message) => {
      if (message.message !== "eventBatch") return [headerOf(message).sequence];
      sizes.add(message.eventBatch.events.length);
      expect(headerOf(message).sequence).toBe(0n);
      return message.eventBatch.events.map((event) => event.header?.sequence ?? -1n);
    });
    const sequenced = numbers.filter((number) => number !== 0n);
    expect(sequenced).toEqual(sequenced.map((_, i) => BigInt(i + 1)));
  }
  expect(records.some((record) => record.kind === "event")).toBe(false);
  expect(Math.max(...sizes)).toBe(5);
});

test("a batched run tells the same as one event by one", () => {
  const story = (batchSize: number) =>
    take(traffic(3, { batchSize, threads: 1, kinds: ["event"] }), 30).flatMap((record) =>
      eventsOf(decode(record)).map((event) => [event.eventType, event.nodeId]),
    );
  const single = story(1);
  expect(story(4).slice(0, single.length)).toHaveLength(single.length);
  expect(story(4)[0]).toEqual([EventType.EVENT_TYPE_GRAPH_START, ""]);
});

test("diffs lead from the announced state to the hashed one, and to that of checkpoints and trace", () => {
  const runs = completeRuns(take(traffic(4), 4000));
  expect(runs.length).toBeGreaterThan(10);
  for (const messages of runs) followState(messages);
  const diffs = runs
    .flat()
    .flatMap((message) => (message.message === "stateDiff" ? [message.stateDiff] : []));
  const patches = diffs.filter((diff) => diff.operations.length > 0);
  expect(patches.length).toBeGreaterThan(0.9 * diffs.length);
});

test("without checkpoints no diff refers to one", () => {
  for (const options of [{ kinds: ["stateDiff"] }, { checkpointEvery: 0 }] as const) {
    const messages = take(traffic(4, options), 600).map(decode);
    const bases = messages.flatMap((message) =>
      message.message === "stateDiff" ? [message.stateDiff.baseCheckpointId.length] : [],
    );
    expect(new Set(bases)).toEqual(new Set([0]));
  }
});

test("a run announces its graph, with counts as integers", () => {
  const [first] = take(traffic(4, { threads: 1 }), 1)
    .map(decode)
    .flatMap(eventsOf);
  if (first === undefined) throw new Error("an event expected");
  expect(Object.keys(first.attributes).sort()).toEqual([
    "graph_edge_count",
    "graph_entry_point",
    "graph_manifest",
    "graph_name",
    "graph_node_count",
    "graph_schema_json",
    "initial_state_json",
    "schema_id",
  ]);
  const { nodes } = JSON.parse(textAttribute(first, "graph_schema_json"));
  expect(first.attributes.graph_node_count).toEqual({ value: "intValue", intValue: BigInt(nodes.length) });
});

/** Plays a run back as the browser client does. */
function followState(messages: readonly DashStreamMessage[]): void {
  let state: object = {};
  let lastCheckpoint = "";
  for (const message of messages) {
    if (message.message === "event" && message.event.eventType === EventType.EVENT_TYPE_GRAPH_START) {
      state = JSON.parse(textAttribute(message.event, "initial_state_json"));
    } else if (message.message === "stateDiff") {
      const { operations, fullState, stateHash: hash, baseCheckpointId } = message.stateDiff;
      state = fullState.length > 0 ? JSON.parse(text(fullState)) : applyOperations(state, operations);
      expect(hex(stateHash(state))).toBe(hex(hash));
      expect(hex(baseCheckpointId)).toBe(lastCheckpoint);
      // The question never changes, so that no diff has to name it.
      expect(operations.map((operation) => operation.path)).not.toContain("/query");
    } else if (message.message === "checkpoint") {
      const { checkpointId, checksum, compressionInfo, state: saved } = message.checkpoint;
      const json = compressionInfo === undefined ? saved : unzip(saved);
      expect(JSON.parse(text(json))).toEqual(state);
      expect(createHash("sha256").update(json).digest("hex")).toBe(hex(checksum));
      expect(compressionInfo === undefined).toBe(json.length < 512);
      if (compressionInfo !== undefined) {
        expect([compressionInfo.compressedSize, compressionInfo.uncompressedSize]).toEqual([
          BigInt(saved.length),
          BigInt(json.length),
        ]);
      }
      expect(checkpointId).toHaveLength(16);
      lastCheckpoint = hex(checkpointId);
    } else if (message.message === "executionTrace") {
      expect(JSON.parse(text(message.executionTrace.finalState))).toEqual(state);
    }
  }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function unzip(bytes: Uint8Array): Uint8Array {
  const result = decompress(bytes, 1_048_576);
  if (!result.ok) throw new Error(result.error);
  return result.content;
}

test("a run starts once, ends once, and ends every node that it starts", () => {
  for (const messages of completeRuns(take(traffic(5), 4000))) {
    const types = messages.flatMap(eventsOf).map((event) => event.eventType);
    const count = (...wanted: number[]) => types.filter((type) => wanted.includes(type)).length;
    expect(types[0]).toBe(EventType.EVENT_TYPE_GRAPH_START);
    expect(count(EventType.EVENT_TYPE_GRAPH_START)).toBe(1);
    expect(count(EventType.EVENT_TYPE_GRAPH_END, EventType.EVENT_TYPE_GRAPH_ERROR)).toBe(1);
    expect(count(EventType.EVENT_TYPE_NODE_END, EventType.EVENT_TYPE_NODE_ERROR)).toBe(
      count(EventType.EVENT_TYPE_NODE_START),
    );
    expect(count(EventType.EVENT_TYPE_LLM_END)).toBe(count(EventType.EVENT_TYPE_LLM_START));
    expect(count(EventType.EVENT_TYPE_TOOL_END)).toBe(count(EventType.EVENT_TYPE_TOOL_START));
    expect(count(EventType.EVENT_TYPE_PARALLEL_END)).toBe(count(EventType.EVENT_TYPE_PARALLEL_START));
  }
});

test("all kinds of message appear, failed runs among them", () => {
  const records = take(traffic(6), 8000);
  expect([...new Set(records.map((record) => record.kind))].sort()).toEqual([...DRAFT_KINDS].sort());
  const types = new Set(
    records
      .map(decode)
      .flatMap(eventsOf)
      .map((event) => event.eventType),
  );
  for (const name of ["GRAPH_ERROR", "NODE_ERROR", "TOOL_ERROR", "LLM_RETRY", "HUMAN_INTERRUPT"] as const) {
    expect([name, types.has(EventType[`EVENT_TYPE_${name}`])]).toEqual([name, true]);
  }
});

test("quality reports carry what the exporter reads, in the types that it reads", () => {
  const reports = take(traffic(5, { kinds: ["metrics"], tenants: ["acme"] }), 20).map(decode);
  for (const message of reports) {
    if (message.message !== "metrics") throw new Error("a metrics message expected");
    const { scope, scopeId, metrics, tags } = message.metrics;
    expect([scope, scopeId]).toEqual(["quality", headerOf(message).threadId]);
    const types = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.value]));
    expect(types).toEqual({
      accuracy: "floatValue",
      relevance: "floatValue",
      completeness: "floatValue",
      quality_score: "floatValue",
      passed: "boolValue",
      latency_ms: "intValue",
      retry_count: "intValue",
      turn_number: "intValue",
    });
    expect(tags).toMatchObject({ tenant_id: "acme", thread_id: scopeId });
    expect(Object.keys(tags)).toContain("model");
  }
});

test("kinds that are left out take no numbers", () => {
  const records = take(traffic(5, { kinds: ["tokenChunk", "metrics"], threads: 2 }), 300);
  expect([...new Set(records.map((record) => record.kind))].sort()).toEqual(["metrics", "tokenChunk"]);
  for (const messages of byThread(records).values()) {
    const numbers = messages.map((message) => Number(headerOf(message).sequence));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  }
});

test("no kind at all is refused", () => {
  expect(() => traffic(1, { kinds: [] })).toThrow(
    expect.objectContaining({ code: "config_invalid" } satisfies Partial<DashstreamError>),
  );
});

test("the asked number of tenants and of threads at a time", () => {
  const records = take(traffic(9, { tenants: 5, threads: 40 }), 4000);
  expect(new Set(records.map((record) => record.tenantId)).size).toBe(5);
  expect(new Set(records.slice(0, 400).map((record) => record.threadId)).size).toBe(40);
  expect(new Set(take(traffic(9, { tenants: ["a", "b"] }), 400).map((record) => record.tenantId))).toEqual(
    new Set(["a", "b"]),
  );
});

test("compression follows the threshold, and the header says so", () => {
  const framing = (thresholdBytes: number) => {
    const records = take(traffic(1, { compression: { thresholdBytes, level: 3 } }), 300);
    for (const record of records) {
      expect(headerOf(decode(record)).compression).toBe(record.value[0] === 0x01 ? 1 : 0);
    }
    return new Set(records.map((record) => record.value[0]));
  };
  expect(framing(Number.POSITIVE_INFINITY)).toEqual(new Set([0x00]));
  expect(framing(512)).toEqual(new Set([0x00, 0x01]));
});
