// Messages as objects: encoding by reflection on the committed descriptor, and decoding. 64-bit integers are bigint
// after decoding and may be bigint, safe integers or decimal text for encoding; nothing is rounded or wrapped in silence.

import protobuf from "protobufjs/light.js";
import { type Fields, toWire } from "./message-conversion.ts";
import type { DashStreamMessageInit } from "./model.ts";
import { SCHEMA } from "./schema.ts";

export { type DecodedMessage, decodeMessage } from "./decode-message.ts";

const root = protobuf.Root.fromJSON({
  nested: { dashstream: { nested: { v1: { nested: SCHEMA as Record<string, protobuf.AnyNestedObject> } } } },
}).resolveAll();
const MESSAGE = root.lookupType("dashstream.v1.DashStreamMessage");

/**
 * The protobuf encoding of a message, without framing.
 * @throws DashstreamError `message_invalid` if a 64-bit field has a value it cannot hold, or messages nest deeper
 * than decoders accept. Lone surrogates in strings become U+FFFD, since no decoder would take them.
 */
export function encodeMessage(message: DashStreamMessageInit): Buffer {
  const bytes = MESSAGE.encode(toWire(MESSAGE, message as Fields, "message", 0)).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
