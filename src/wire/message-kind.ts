// The kinds of messages by the numbers that stand on the wire, so that a reader can tell them apart without decoding.

import type { DashStreamMessage } from "./model.ts";

/** Name of a message's variant, as its discriminator has it. */
export type MessageKind = NonNullable<DashStreamMessage["message"]>;

/** Index = field number of the variant in `DashStreamMessage`. */
const KINDS: readonly (MessageKind | null)[] = [
  null,
  "event",
  "stateDiff",
  "tokenChunk",
  "toolExecution",
  "checkpoint",
  "metrics",
  "error",
  "eventBatch",
  "executionTrace",
];

/** The kind with this field number; `null` for a message without content, or of a kind that this schema lacks. */
export function messageKind(fieldNumber: number): MessageKind | null {
  return KINDS[fieldNumber] ?? null;
}
