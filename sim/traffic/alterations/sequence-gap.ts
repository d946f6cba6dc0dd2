// Loses numbered records while their threads go on. A record is only lost once a later number of its thread is on its
// way, so that every loss is one that a reader can see; the first number of a thread is never lost, because nobody knows
// that it should have been there.

import type { OutgoingRecord, TrafficAlteration } from "../alteration.ts";
import { type SelectionOptions, selection } from "./selection.ts";

export function loseRecords(options: SelectionOptions): TrafficAlteration {
  const chosen = selection(options);
  /** Chosen, and not lost yet: no later number of the thread has come. */
  const doomed = new Map<string, OutgoingRecord>();
  let hits = 0;
  return {
    get hits() {
      return hits;
    },
    alter(record) {
      const { threadId, sequence } = record.origin;
      const waiting = doomed.get(threadId);
      if (waiting !== undefined) {
        doomed.delete(threadId);
        // The end of a thread has no number: what waits is the last number, and its loss would not show.
        if (sequence === 0) return [waiting, record];
        hits++;
        return [record];
      }
      if (sequence < 2 || !chosen()) return [record];
      doomed.set(threadId, record);
      return [];
    },
    drain() {
      const rest = [...doomed.values()];
      doomed.clear();
      return rest;
    },
  };
}
