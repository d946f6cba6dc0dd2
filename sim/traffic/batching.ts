// Turns the messages of one run into records, packing consecutive events into batches if asked to. Order and
// numbering are the same with and without.

import { type EventInit, MessageType } from "../../src/wire/model.ts";
import { type Draft, type DraftKind, isSequenced, MESSAGE_TYPES, withHeader } from "./draft.ts";
import type { TrafficRecord, TrafficThread } from "./thread.ts";

/**
 * @param emitted other kinds are left out and take no number
 * @param batchSize events in one `EventBatch` at most; 1 = every event travels alone
 */
export function* packRecords(
  thread: TrafficThread,
  drafts: Iterable<Draft>,
  emitted: ReadonlySet<DraftKind>,
  batchSize: number,
): Generator<TrafficRecord> {
  let waiting: EventInit[] = [];
  for (const draft of drafts) {
    if (!emitted.has(draft.kind)) continue;
    if (draft.kind === "event" && batchSize > 1) {
      waiting.push({ ...draft.body, header: thread.header(MESSAGE_TYPES.event, true) });
      if (waiting.length < batchSize) continue;
    }
    // Whatever follows the waiting events has a higher number and must not overtake them.
    if (waiting.length > 0) yield batchRecord(thread, waiting);
    waiting = [];
    if (draft.kind !== "event" || batchSize === 1) yield singleRecord(thread, draft);
  }
  if (waiting.length > 0) yield batchRecord(thread, waiting);
}

function singleRecord(thread: TrafficThread, draft: Draft): TrafficRecord {
  const header = thread.header(MESSAGE_TYPES[draft.kind], isSequenced(draft.kind));
  return thread.record(draft.kind, header.sequence, withHeader(draft, header));
}

function batchRecord(thread: TrafficThread, events: readonly EventInit[]): TrafficRecord {
  const header = thread.header(MessageType.MESSAGE_TYPE_EVENT_BATCH, false);
  const first = Number(events[0]?.header?.sequence ?? 0);
  return thread.record("eventBatch", first, { eventBatch: { header, events } });
}
