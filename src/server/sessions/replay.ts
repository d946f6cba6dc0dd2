// A replay under way, and where in the ring a client has to go on so that it gets all it needs.

import type { Ring } from "../ring.ts";

/** What was asked for with a resume. */
export type ReplayMode = "cursor" | "earliest" | "thread";

export interface Replay {
  readonly mode: ReplayMode;
  /** Position of the ring at which live delivery takes over. */
  readonly end: number;
  /** By partition the offset at which live delivery takes over. */
  readonly targets: Map<number, number>;
  sentCount: number;
  /** Per partition the last offset sent by it. */
  readonly lastOffsets: Map<number, number>;
  /** Called when its records are out; `capped` if the limit on its size ended it. */
  readonly complete: (capped: boolean) => void;
}

/**
 * The position from which all records lie that a client still needs: of the partitions that `needs` names, those
 * after the floor that it gives; `null` for a partition of which the client needs nothing from the ring.
 */
export function oldestNeeded(ring: Ring, needs: (partition: number) => number | null): number {
  const open = new Map<number, number>();
  for (const [partition, span] of ring.spans) {
    const floor = needs(partition);
    if (floor !== null && span.lastOffset > floor) open.set(partition, floor);
  }
  let position = ring.head;
  let oldest = position;
  while (position > ring.tail && open.size > 0) {
    position--;
    const partition = ring.partitionAt(position);
    const floor = open.get(partition);
    if (floor === undefined) continue;
    if (ring.offsetAt(position) <= floor) open.delete(partition);
    else oldest = position;
  }
  return oldest;
}
