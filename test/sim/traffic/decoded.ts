// Reads records back the way a consumer does, and gives the runs that they tell of.

import jsonPatch, { type Operation } from "fast-json-patch";
import type { TrafficRecord, TrafficSource } from "../../../sim/traffic/thread.ts";
import { createTraffic, type TrafficOptions } from "../../../sim/traffic/traffic.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import { decodeMessage } from "../../../src/wire/messages.ts";
import type { DashStreamMessage, DiffOperation, Event, Header } from "../../../src/wire/model.ts";
import { manualClock } from "../../support/manual-clock.ts";

export const START_MS = 1_700_000_000_000;

export function traffic(seed: number, options: Partial<TrafficOptions> = {}): TrafficSource {
  return createTraffic({ random: seededRandom(seed), clock: manualClock(START_MS), ...options });
}

export function take(source: TrafficSource, count: number): readonly TrafficRecord[] {
  return Array.from({ length: count }, () => source.next());
}

/** Decodes a value strictly: framed, well-formed, of this schema version. */
export function decode(record: TrafficRecord): DashStreamMessage {
  const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact", framing: "strict" });
  const failure = inspector.inspect(record.value);
  if (failure !== null) throw new Error(`${record.kind}: ${failure}: ${inspector.error}`);
  const decoded = decodeMessage(inspector.protobuf);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.message;
}

/** The message's own header. */
export function headerOf(message: DashStreamMessage): Header {
  const body = message.message === undefined ? undefined : Object.values(message).find(isBody);
  if (body?.header === undefined) throw new Error("a message without header");
  return body.header;
}

const isBody = (value: unknown): value is { readonly header?: Header } => typeof value === "object";

/** Events that travelled alone or in a batch. */
export function eventsOf(message: DashStreamMessage): readonly Event[] {
  if (message.message === "event") return [message.event];
  return message.message === "eventBatch" ? message.eventBatch.events : [];
}

/** Messages by thread, in order. */
export function byThread(
  records: readonly TrafficRecord[],
): ReadonlyMap<string, readonly DashStreamMessage[]> {
  const threads = new Map<string, DashStreamMessage[]>();
  for (const record of records) {
    const messages = threads.get(record.threadId) ?? [];
    messages.push(decode(record));
    threads.set(record.threadId, messages);
  }
  return threads;
}

/** Threads that the records tell from their first message to their trace. */
export function completeRuns(records: readonly TrafficRecord[]): readonly (readonly DashStreamMessage[])[] {
  return [...byThread(records).values()].filter((messages) => messages.at(-1)?.message === "executionTrace");
}

export const textAttribute = (event: Event, name: string): string => {
  const attribute = event.attributes[name];
  return attribute?.value === "stringValue" ? attribute.stringValue : "";
};

const OPS = ["add", "remove", "replace"] as const;

/** Applies the operations of a diff to a state. */
export function applyOperations(state: object, operations: readonly DiffOperation[]): object {
  const patch = operations.map(({ op, path, value }): Operation => {
    const name = OPS[op];
    if (name === undefined) throw new Error(`operation ${op} is not expected`);
    return name === "remove"
      ? { op: name, path }
      : { op: name, path, value: JSON.parse(Buffer.from(value).toString()) };
  });
  return jsonPatch.applyPatch(structuredClone(state), patch, true).newDocument;
}
