import { describe, expect, test } from "bun:test";
import { viewRecord } from "../../src/cli/message-view.ts";
import { KIND_NAMES } from "../../src/wire/message-kind.ts";
import { type DashStreamMessageInit, EventType, ExecutionStage, MessageType } from "../../src/wire/model.ts";
import { header, nodeStart, value } from "./messages.ts";

function view(message: DashStreamMessageInit) {
  const viewed = viewRecord({ value: value(message) });
  if (!viewed.ok) throw new Error(viewed.error);
  return viewed.view;
}

const event = (eventType: number, nodeId: string, durationUs = 0n) => ({
  header: header(),
  eventType,
  nodeId,
  durationUs,
});

describe("a message in a few words", () => {
  test.each<[DashStreamMessageInit, string, string]>([
    [
      { message: "event", event: event(EventType.EVENT_TYPE_NODE_END, "plan", 1500n) },
      "event",
      "NODE_END plan 1.5 ms",
    ],
    [{ message: "event", event: event(999, "") }, "event", "999"],
    [{ message: "stateDiff", stateDiff: { operations: [{}, {}] } }, "state_diff", "2 operations"],
    [
      { message: "stateDiff", stateDiff: { fullState: Buffer.from("{}") } },
      "state_diff",
      "full state, 2 bytes",
    ],
    [{ message: "tokenChunk", tokenChunk: { chunkIndex: 3, text: "a\nb" } }, "token_chunk", '#3 "a\\nb"'],
    [
      {
        message: "toolExecution",
        toolExecution: { toolName: "grep", stage: ExecutionStage.EXECUTION_STAGE_FAILED, error: "denied" },
      },
      "tool_execution",
      "grep FAILED denied",
    ],
    [{ message: "checkpoint", checkpoint: { state: Buffer.alloc(9) } }, "checkpoint", "9 bytes of state"],
    [
      { message: "metrics", metrics: { scope: "quality", metrics: { a: {}, b: {} } } },
      "metrics",
      "quality a,b",
    ],
    [{ message: "error", error: { errorCode: "E1", message: "no" } }, "error", "E1 no"],
    [
      {
        message: "executionTrace",
        executionTrace: { nodesExecuted: [{}], totalDurationMs: 12n, completed: true },
      },
      "execution_trace",
      "1 nodes 12 ms completed",
    ],
  ])("%#", (message, kind, details) => {
    expect(view(message)).toMatchObject({ kind, details });
  });

  test("of a batch names its events and their headers", () => {
    const events = [
      event(EventType.EVENT_TYPE_GRAPH_START, ""),
      event(EventType.EVENT_TYPE_NODE_START, "plan"),
    ];
    expect(
      view({ message: "eventBatch", eventBatch: { header: header({ sequence: 0n }), events } }),
    ).toMatchObject({
      kind: "event_batch",
      details: "2 events: GRAPH_START; NODE_START plan",
      eventTypes: ["GRAPH_START", "NODE_START"],
      headers: [{ sequence: 0n }, { sequence: 7n }, { sequence: 7n }],
    });
  });

  test("without content is empty", () => {
    expect(viewRecord({ value: Uint8Array.of(0) })).toMatchObject({ ok: true, view: { kind: "empty" } });
  });

  test("that cannot be decoded says why", () => {
    expect(viewRecord({ value: nodeStart().subarray(0, 20) })).toMatchObject({
      ok: false,
      code: "buffer_underflow",
    });
  });

  test("has a name for every kind of the schema", () => {
    expect(Object.keys(KIND_NAMES)).toHaveLength(Object.keys(MessageType).length - 1);
  });
});
