// What a resume from the ring has to deliver, and what it has to admit. Planning looks at the ring and changes nothing.

import type { Ring } from "../ring.ts";
import type { LostRange } from "./loss.ts";

/** A replay under way. */
export interface Replay {
  /** Position at which live delivery takes over. */
  readonly end: number;
  sentCount: number;
  /** Per partition the last offset sent by it. */
  readonly lastOffsets: Map<number, number>;
  /** Called when its records are out; `capped` if the limit on its size ended it. */
  readonly complete: (capped: boolean) => void;
}

export interface ReplayPlan {
  /** Position to continue from; everything needed lies at or after it. */
  readonly position: number;
  /** Per partition: what lies between the cursor and the oldest record that can be served. */
  readonly missing: readonly LostRange[];
}

/**
 * Plans a replay for a client that has every offset up to `floors.get(p)` of each partition p it names. A partition
 * that it does not name gets its recent history, of which nothing counts as missing.
 */
export function planReplay(ring: Ring, floors: ReadonlyMap<number, number>): ReplayPlan {
  const missing: LostRange[] = [];
  for (const [partition, floor] of floors) {
    const range = missingRange(ring, partition, floor);
    if (range) missing.push(range);
  }
  missing.sort((a, b) => a.partition - b.partition);
  return { position: oldestNeeded(ring, floors), missing };
}

/** The offsets after `floor` that the ring does not cover, or `null`. */
function missingRange(ring: Ring, partition: number, floor: number): LostRange | null {
  const span = ring.spans.get(partition);
  if (!span || floor + 1 >= span.coveredFrom) return null;
  const fromOffset = floor + 1;
  return { partition, fromOffset, toOffset: span.coveredFrom - 1, count: span.coveredFrom - fromOffset };
}

/** Walks back from the head until the records of every partition lie at or below their floor. */
function oldestNeeded(ring: Ring, floors: ReadonlyMap<number, number>): number {
  const open = new Set<number>();
  for (const [partition, span] of ring.spans) {
    if (span.lastOffset > (floors.get(partition) ?? -1)) open.add(partition);
  }
  let position = ring.head;
  while (position > ring.tail && open.size > 0) {
    const previous = position - 1;
    const partition = ring.partitionAt(previous);
    if (ring.offsetAt(previous) <= (floors.get(partition) ?? -1)) open.delete(partition);
    position = previous;
  }
  return position;
}
