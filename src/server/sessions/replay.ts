// A replay under way: up to where it goes, what it has sent, and what it asks for.

import type { Backlog } from "./backlog.ts";
import type { ThreadSelection } from "./thread-selection.ts";

export interface Replay {
  /** Position of the ring at which live delivery takes over. */
  readonly end: number;
  /** By partition the offset at which live delivery takes over. */
  readonly targets: Map<number, number>;
  /** Of a resume by thread: which records below the targets are wanted; `null` = all. */
  readonly threads: ThreadSelection | null;
  sentCount: number;
  /** Per partition the last offset sent by it. */
  readonly lastOffsets: Map<number, number>;
  /** Called when its records are out; `capped` if the limit on its size ended it. */
  readonly complete: (capped: boolean) => void;
}

/** True for an offset that the replay is to send, false for one that comes live. */
export function isReplayed({ targets }: Replay, partition: number, offset: number): boolean {
  return offset < (targets.get(partition) ?? 0);
}

/** How many records it may still send; `maxRecords` 0 = no limit. */
export function recordsLeft({ sentCount }: Replay, maxRecords: number): number {
  return maxRecords === 0 ? Number.POSITIVE_INFINITY : maxRecords - sentCount;
}

/** True if nothing that it is to send waits any more. */
export function isComplete({ end, targets }: Replay, { position, catchUp, sent }: Backlog): boolean {
  if (position < end) return false;
  for (const partition of catchUp.partitions()) {
    if (sent.floor(partition) + 1 < (targets.get(partition) ?? 0)) return false;
  }
  return true;
}
