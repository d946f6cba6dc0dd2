// Messages as objects: encoding and decoding by reflection on the committed descriptor. 64-bit integers are
// bigint after decoding and may be bigint, safe integers or decimal text for encoding; nothing is rounded or
// wrapped in silence.

import protobuf from "protobufjs/light.js";
import type { DecodeFailure } from "./failure.ts";
import { type Fields, fromWire, toWire } from "./message-conversion.ts";
import type { DashStreamMessage, DashStreamMessageInit } from "./model.ts";
import { SCHEMA } from "./schema.ts";
import { MAX_NESTING, Walker } from "./walker.ts";

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

export type DecodedMessage =
  | { readonly ok: true; readonly message: DashStreamMessage }
  | { readonly ok: false; readonly code: DecodeFailure; readonly error: string };

/**
 * Decodes one encoded message, without framing. Fails as `Inspector` does, with the same codes; never throws.
 * `maxDepth` bounds how deep messages are nested (map entries count), at most and by default 100.
 */
export function decodeMessage(
  bytes: Uint8Array,
  options: { readonly maxDepth?: number } = {},
): DecodedMessage {
  const walker = new Walker(Math.min(options.maxDepth ?? MAX_NESTING, MAX_NESTING));
  if (!walker.walk(bytes, 0, bytes.length)) {
    return { ok: false, code: walker.failure ?? "unknown_decode_error", error: walker.error(0) };
  }
  const message = fromWire(MESSAGE, MESSAGE.decode(bytes) as unknown as Fields);
  return { ok: true, message: message as unknown as DashStreamMessage };
}
