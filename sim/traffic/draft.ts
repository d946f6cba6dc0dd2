// A message before it has its header: what a run says, without who says it, when, and under which number.

import type {
  CheckpointInit,
  DashStreamMessageInit,
  ErrorMessageInit,
  EventInit,
  ExecutionTraceInit,
  HeaderInit,
  MetricsInit,
  StateDiffInit,
  TokenChunkInit,
  ToolExecutionInit,
} from "../../src/wire/model.ts";
import { MessageType } from "../../src/wire/model.ts";

interface Bodies {
  readonly event: EventInit;
  readonly stateDiff: StateDiffInit;
  readonly tokenChunk: TokenChunkInit;
  readonly toolExecution: ToolExecutionInit;
  readonly checkpoint: CheckpointInit;
  readonly metrics: MetricsInit;
  readonly error: ErrorMessageInit;
  readonly executionTrace: ExecutionTraceInit;
}

/** The kinds of message that a run emits by itself. */
export type DraftKind = keyof Bodies;

export type Draft = { [K in DraftKind]: { readonly kind: K; readonly body: Bodies[K] } }[DraftKind];

/** `Header.type` of each kind. */
export const MESSAGE_TYPES: Readonly<Record<DraftKind, number>> = {
  event: MessageType.MESSAGE_TYPE_EVENT,
  stateDiff: MessageType.MESSAGE_TYPE_STATE_DIFF,
  tokenChunk: MessageType.MESSAGE_TYPE_TOKEN_CHUNK,
  toolExecution: MessageType.MESSAGE_TYPE_TOOL_EXECUTION,
  checkpoint: MessageType.MESSAGE_TYPE_CHECKPOINT,
  metrics: MessageType.MESSAGE_TYPE_METRICS,
  error: MessageType.MESSAGE_TYPE_ERROR,
  executionTrace: MessageType.MESSAGE_TYPE_EXECUTION_TRACE,
};

export const DRAFT_KINDS = Object.keys(MESSAGE_TYPES) as readonly DraftKind[];

/** Every message of a thread takes the next number of the thread, except the trace, which has none. */
export function isSequenced(kind: DraftKind): boolean {
  return kind !== "executionTrace";
}

export function withHeader(draft: Draft, header: HeaderInit): DashStreamMessageInit {
  switch (draft.kind) {
    case "event":
      return { event: { ...draft.body, header } };
    case "stateDiff":
      return { stateDiff: { ...draft.body, header } };
    case "tokenChunk":
      return { tokenChunk: { ...draft.body, header } };
    case "toolExecution":
      return { toolExecution: { ...draft.body, header } };
    case "checkpoint":
      return { checkpoint: { ...draft.body, header } };
    case "metrics":
      return { metrics: { ...draft.body, header } };
    case "error":
      return { error: { ...draft.body, header } };
    case "executionTrace":
      return { executionTrace: { ...draft.body, header } };
  }
}
