// Messages as JSON, the same wherever they are shown as JSON: fields by their names here, bytes as base64, 64-bit
// integers as decimal text, names beside enumerated values. Runs in browsers.

import { withEnumNames } from "./enum-names.ts";
import { KIND_NAMES, type KindName } from "./message-kind.ts";
import type { DashStreamMessage } from "./model.ts";

export interface JsonMessage {
  /** `empty` for a message without content, or of a kind that this schema lacks. */
  readonly kind: KindName | "empty";
  /** The fields of that kind. To be written by `JSON.stringify` with {@link jsonValue}. */
  readonly message: object;
}

/** A message as it is to be written as JSON. */
export function jsonMessage(message: DashStreamMessage): JsonMessage {
  const kind = message.message;
  if (kind === undefined) return { kind: "empty", message: {} };
  return { kind: KIND_NAMES[kind], message: withEnumNames(Reflect.get(message, kind)) };
}

/** What `JSON.stringify` has no words for: bytes become base64, 64-bit integers decimal text. */
export function jsonValue(this: unknown, key: string, value: unknown): unknown {
  // Asked of the holder, because `Buffer` has turned itself into an object by now.
  const original: unknown = Reflect.get(Object(this), key);
  if (original instanceof Uint8Array) return base64(original);
  return typeof value === "bigint" ? value.toString() : value;
}

/** More arguments than this overflow the stack of some engines. */
const CHUNK_BYTES = 8192;

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary);
}
