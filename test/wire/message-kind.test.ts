import { expect, test } from "bun:test";
import { messageKind } from "../../src/wire/message-kind.ts";
import { SCHEMA } from "../../src/wire/schema.ts";

test("each variant of the schema has its name by field number, and nothing else has one", () => {
  const { fields } = SCHEMA.DashStreamMessage as { fields: Record<string, { id: number }> };
  for (const [name, { id }] of Object.entries(fields)) expect(String(messageKind(id))).toBe(name);
  const count = Object.keys(fields).length;
  expect([messageKind(0), messageKind(count + 1), messageKind(-1)]).toEqual([null, null, null]);
});
