// The kinds of messages by the numbers that stand on the wire, so that a reader can tell them apart without decoding,
// and by the names that people and filters use.

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

/** What a message of each kind is called in filters and in what is printed: the name of its field in the schema. */
export const KIND_NAMES = {
  event: "event",
  stateDiff: "state_diff",
  tokenChunk: "token_chunk",
  toolExecution: "tool_execution",
  checkpoint: "checkpoint",
  metrics: "metrics",
  error: "error",
  eventBatch: "event_batch",
  executionTrace: "execution_trace",
} as const satisfies Readonly<Record<MessageKind, string>>;

export type KindName = (typeof KIND_NAMES)[MessageKind];
