import { expect, test } from "bun:test";
import { withEnumNames } from "../../src/wire/enum-names.ts";

test.each<[object, object]>([
  [
    { eventType: 10, nodeId: "a" },
    { eventType: 10, eventTypeName: "NODE_START", nodeId: "a" },
  ],
  [{ eventType: 999 }, { eventType: 999 }],
  [{ events: [{ eventType: 2 }] }, { events: [{ eventType: 2, eventTypeName: "GRAPH_END" }] }],
  [{ stage: 1 }, { stage: 1, stageName: "REQUESTED" }],
  [{ severity: 3 }, { severity: 3, severityName: "WARNING" }],
  [{ finishReason: 1 }, { finishReason: 1, finishReasonName: "STOP" }],
  [
    { operations: [{ op: 2, encoding: 0 }] },
    { operations: [{ op: 2, encoding: 0, opName: "REPLACE", encodingName: "JSON" }] },
  ],
  [
    { metrics: { stage: { type: 2, value: 1 } } },
    { metrics: { stage: { type: 2, typeName: "GAUGE", value: 1 } } },
  ],
  [
    { header: { sequence: 1 }, tags: ["a"] },
    { header: { sequence: 1 }, tags: ["a"] },
  ],
])("%j has its numbers and their names", (fields, expected) => {
  expect(withEnumNames(fields)).toEqual(expected);
});
