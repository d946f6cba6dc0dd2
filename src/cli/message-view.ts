// A Kafka value as people look at it: decoded, named as in the schema, and in a few words.

import type { StreamRecord } from "../client/index.ts";
import { shortNames } from "../wire/enum-names.ts";
import { Inspector } from "../wire/inspector.ts";
import { KIND_NAMES, type MessageKind } from "../wire/message-kind.ts";
import { decodeMessage } from "../wire/messages.ts";
import { type DashStreamMessage, type Event, EventType, ExecutionStage, type Header } from "../wire/model.ts";

/** A message without its oneof: what kind it is, and its fields. */
type Variant = { [K in MessageKind]: Extract<DashStreamMessage, { readonly message: K }> }[MessageKind];

export interface MessageView {
  /** Name of the schema's field, for example `state_diff`; `empty` for a message without content. */
  readonly kind: string;
  /** The message's own header first, then those of events in a batch. */
  readonly headers: readonly Header[];
  /** Short names of the events in it, for example `NODE_START`. */
  readonly eventTypes: readonly string[];
  readonly details: string;
  /** The fields, as decoded. */
  readonly fields: object;
}

export type ViewedRecord =
  | { readonly ok: true; readonly view: MessageView }
  | { readonly ok: false; readonly code: string; readonly error: string };

/** Short names of the event types by number. */
export const EVENT_NAMES: ReadonlyMap<number, string> = shortNames(EventType, "EVENT_TYPE_");
const STAGE_NAMES = shortNames(ExecutionStage, "EXECUTION_STAGE_");

/** Far above what a server delivers: this side only shows. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;
const inspector = new Inspector({ maxPayloadBytes: MAX_PAYLOAD_BYTES, schemaPolicy: "forward" });

/** Decodes the value of a record. Never throws. */
export function viewRecord({ value }: Pick<StreamRecord, "value">): ViewedRecord {
  const failure = inspector.inspect(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  if (failure !== null) return { ok: false, code: failure, error: inspector.error };
  const decoded = decodeMessage(inspector.protobuf);
  return decoded.ok ? { ok: true, view: viewMessage(decoded.message) } : decoded;
}

function viewMessage(message: DashStreamMessage): MessageView {
  if (message.message === undefined) {
    return { kind: "empty", headers: [], eventTypes: [], details: "", fields: {} };
  }
  const events = eventsOf(message);
  const body = bodyOf(message);
  const inner = message.message === "eventBatch" ? events.map(({ header }) => header) : [];
  return {
    kind: KIND_NAMES[message.message],
    headers: [body.header, ...inner].filter((header) => header !== undefined),
    eventTypes: events.map(({ eventType }) => EVENT_NAMES.get(eventType) ?? String(eventType)),
    details: detailsOf(message),
    fields: body,
  };
}

function eventsOf(message: Variant): readonly Event[] {
  if (message.message === "event") return [message.event];
  return message.message === "eventBatch" ? message.eventBatch.events : [];
}

function bodyOf(message: Variant): { readonly header?: Header | undefined } {
  switch (message.message) {
    case "event":
      return message.event;
    case "stateDiff":
      return message.stateDiff;
    case "tokenChunk":
      return message.tokenChunk;
    case "toolExecution":
      return message.toolExecution;
    case "checkpoint":
      return message.checkpoint;
    case "metrics":
      return message.metrics;
    case "error":
      return message.error;
    case "eventBatch":
      return message.eventBatch;
    case "executionTrace":
      return message.executionTrace;
  }
}

function detailsOf(message: Variant): string {
  switch (message.message) {
    case "event":
      return eventDetails(message.event);
    case "stateDiff": {
      const { operations, fullState } = message.stateDiff;
      return fullState.length > 0
        ? `full state, ${fullState.length} bytes`
        : `${operations.length} operations`;
    }
    case "tokenChunk": {
      const { chunkIndex, model, text } = message.tokenChunk;
      return words(`#${chunkIndex}`, model, JSON.stringify(text));
    }
    case "toolExecution": {
      const { toolName, stage, durationUs, error } = message.toolExecution;
      return words(toolName, STAGE_NAMES.get(stage) ?? String(stage), duration(durationUs), error);
    }
    case "checkpoint":
      return `${message.checkpoint.state.length} bytes of state`;
    case "metrics":
      return words(message.metrics.scope, Object.keys(message.metrics.metrics).join(","));
    case "error":
      return words(message.error.errorCode, message.error.message);
    case "eventBatch":
      return `${message.eventBatch.events.length} events: ${message.eventBatch.events.map(eventDetails).join("; ")}`;
    case "executionTrace": {
      const { nodesExecuted, totalDurationMs, completed } = message.executionTrace;
      return words(
        `${nodesExecuted.length} nodes`,
        `${totalDurationMs} ms`,
        completed ? "completed" : "not completed",
      );
    }
  }
}

function eventDetails(event: Event): string {
  return words(
    EVENT_NAMES.get(event.eventType) ?? String(event.eventType),
    event.nodeId,
    duration(event.durationUs),
  );
}

function duration(us: bigint): string {
  return us > 0n ? `${Number(us) / 1000} ms` : "";
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
