// Sends records twice, as a producer does that did not hear the acknowledgement.

import type { OutgoingRecord, TrafficAlteration } from "../alteration.ts";
import { type SelectionOptions, selection } from "./selection.ts";

export interface DuplicateOptions extends SelectionOptions {
  /** Records of any thread between the first and the second one. */
  readonly after: number;
}

interface Repeat {
  readonly record: OutgoingRecord;
  /** The count of records behind which it goes. */
  readonly dueAt: number;
}

export function repeatRecords(options: DuplicateOptions): TrafficAlteration {
  const chosen = selection(options);
  let repeats: Repeat[] = [];
  let seen = 0;
  let hits = 0;
  return {
    get hits() {
      return hits;
    },
    alter(record) {
      seen++;
      if (record.origin.sequence > 0 && chosen()) {
        hits++;
        repeats.push({ record, dueAt: seen + options.after });
      }
      if (repeats[0] === undefined || repeats[0].dueAt > seen) return [record];
      const due = repeats.filter(({ dueAt }) => dueAt <= seen);
      repeats = repeats.slice(due.length);
      return [record, ...due.map((repeat) => repeat.record)];
    },
    drain() {
      const rest = repeats.map(({ record }) => record);
      repeats = [];
      return rest;
    },
  };
}
