// Encoded values taken apart and put together again, with the same framing and another content.

import { decodeMessage } from "../../../src/wire/decode-message.ts";
import { RAW_FRAME, withFrame, ZSTD_FRAME } from "../../../src/wire/frame.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import { mapHeaders } from "../../../src/wire/map-headers.ts";
import { encodeMessage } from "../../../src/wire/messages.ts";
import type { DashStreamMessageInit, HeaderInit } from "../../../src/wire/model.ts";
import { compress } from "../../../src/wire/zstd.ts";

const ZSTD_LEVEL = 3;
const inspector = new Inspector({ maxPayloadBytes: Number.MAX_SAFE_INTEGER, schemaPolicy: "exact" });

/** The encoded message in a value of any size and schema version; `null` if it cannot be decoded. */
export function protobufOf(value: Buffer): Buffer | null {
  const failure = inspector.inspect(value);
  return failure === null || failure === "schema_mismatch" ? inspector.protobuf : null;
}

/** The value with each of its headers changed; `null` if it cannot be decoded. */
export function withHeaders(value: Buffer, change: (header: HeaderInit) => HeaderInit): Buffer | null {
  const protobuf = protobufOf(value);
  if (protobuf === null) return null;
  const decoded = decodeMessage(protobuf);
  if (!decoded.ok) return null;
  const changed = encodeMessage(mapHeaders(decoded.message as DashStreamMessageInit, change));
  if (value[0] !== ZSTD_FRAME) return withFrame(RAW_FRAME, changed);
  return withFrame(ZSTD_FRAME, compress(changed, ZSTD_LEVEL));
}
