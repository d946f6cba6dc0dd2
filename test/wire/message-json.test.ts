import { expect, test } from "bun:test";
import { jsonMessage, jsonValue } from "../../src/wire/message-json.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import { EventType } from "../../src/wire/model.ts";

test("a message is its kind and its fields, in words that JSON has", () => {
  const messageId = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
  const header = { messageId, sequence: 2n ** 63n, threadId: "t" };
  const decoded = decodeMessage(
    encodeMessage({ event: { header, eventType: EventType.EVENT_TYPE_NODE_ERROR } }),
  );
  if (!decoded.ok) throw new Error(decoded.error);
  const { kind, message } = JSON.parse(JSON.stringify(jsonMessage(decoded.message), jsonValue));
  expect(kind).toBe("event");
  expect(message).toMatchObject({
    header: { messageId: Buffer.from(messageId).toString("base64"), sequence: "9223372036854775808" },
    eventTypeName: "NODE_ERROR",
  });
});

test("bytes of any length and class are base64", () => {
  for (const length of [0, 1, 2, 3, 8191, 8192, 8193, 300_000]) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(length, 65_536)));
    const text = Buffer.from(bytes).toString("base64");
    expect(JSON.stringify({ bytes, buffer: Buffer.from(bytes) }, jsonValue)).toBe(
      `{"bytes":"${text}","buffer":"${text}"}`,
    );
  }
});

test("a message without content is empty", () => {
  expect(jsonMessage({})).toEqual({ kind: "empty", message: {} });
});
