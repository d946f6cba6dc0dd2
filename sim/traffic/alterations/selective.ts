// The frame of alterations that change a chosen record by itself and hold nothing back.

import type { OutgoingRecord, TrafficAlteration } from "../alteration.ts";
import { type SelectionOptions, selection } from "./selection.ts";

/**
 * Passes chosen records to `change`, all others on as they are.
 * @param change gives what goes in place of the record, or `null` if it cannot be changed
 * @param eligible which records there is a choice from; default all
 */
export function selective(
  options: SelectionOptions,
  change: (record: OutgoingRecord) => readonly OutgoingRecord[] | null,
  eligible: (record: OutgoingRecord) => boolean = () => true,
): TrafficAlteration {
  const chosen = selection(options);
  let hits = 0;
  return {
    get hits() {
      return hits;
    },
    alter(record) {
      const changed = eligible(record) && chosen() ? change(record) : null;
      if (changed === null) return [record];
      hits++;
      return changed;
    },
    drain: () => [],
  };
}
