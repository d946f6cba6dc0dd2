// Where a resume by thread has to begin: in the ring if that has the very next number of a thread, else where Redis
// knows it, else so many records before the ring that the thread is likely to be found there.

import type { SessionContext } from "./session-context.ts";
import { ThreadSelection } from "./thread-selection.ts";

/** Where records of a thread begin. */
export interface ThreadRecord {
  readonly partition: number;
  /** All records of the thread beyond the number asked for lie here or later. */
  readonly offset: number;
  /** The lowest number beyond the one asked for. */
  readonly sequence: number;
}

/** What is known of threads, apart from the ring. */
export interface ThreadIndex {
  /** The highest number seen by this process in each partition that has the thread; none if it does not know it. */
  lastSequences(threadId: string): readonly { readonly partition: number; readonly sequence: number }[];
  /** The first record of the thread beyond a number in Redis; `null` if there is none there, or no Redis. */
  firstAfter(threadId: string, sequence: number): Promise<ThreadRecord | null>;
  /** Records before the ring that are searched for a thread of which the index has too little. */
  readonly scanRecords: number;
}

export interface ThreadPlan {
  /** By partition the offset to begin at; of others nothing is needed. */
  readonly starts: ReadonlyMap<number, number>;
  readonly selection: ThreadSelection;
}

/** Looks at so many records of the ring before others have their turn. */
const LOOKS = 2048;

/** @param sequences by thread the last number that the client has */
export async function searchThreads(
  context: SessionContext,
  sequences: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<ThreadPlan> {
  const { threads } = context;
  const selection = new ThreadSelection();
  const open = new Map<string, number>();
  for (const [threadId, after] of sequences) {
    const known = threads.lastSequences(threadId);
    const last = Math.max(0, ...known.map(({ sequence }) => sequence));
    selection.add(threadId, after, last);
    if (known.length === 0 || last > after) open.set(threadId, after);
  }
  const starts = new Map<number, number>();
  if (open.size === 0) return { starts, selection };
  const begin = (partition: number, offset: number) => {
    starts.set(partition, Math.min(offset, starts.get(partition) ?? Number.POSITIVE_INFINITY));
  };
  const found = await searchRing(context, open, signal);
  for (const [threadId, after] of open) {
    if (signal.aborted) break;
    const inRing = found.get(threadId);
    if (inRing) begin(inRing.partition, inRing.offset);
    if (inRing?.sequence === after + 1) continue;
    const indexed = await threads.firstAfter(threadId, after);
    if (indexed) begin(indexed.partition, indexed.offset);
    if (indexed?.sequence === after + 1) continue;
    const partitions = threads.lastSequences(threadId).map(({ partition }) => partition);
    if (indexed) partitions.push(indexed.partition);
    if (inRing) partitions.push(inRing.partition);
    for (const partition of partitions.length > 0 ? partitions : context.ring.spans.keys()) {
      const covered = context.ring.spans.get(partition)?.coveredFrom;
      if (covered !== undefined) begin(partition, Math.max(0, covered - threads.scanRecords));
    }
  }
  return { starts, selection };
}

/** Of each thread the first record in the ring beyond the number given, with the lowest of these numbers. */
async function searchRing(
  { ring, describe, clock }: SessionContext,
  open: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ThreadRecord>> {
  const found = new Map<string, ThreadRecord>();
  const end = ring.head;
  // While others have their turn, records leave the ring, all of them if it is cleared.
  const next = (position: number) => Math.max(position + 1, ring.tail);
  for (let position = ring.tail, looks = 1; position < end && !signal.aborted; position = next(position)) {
    for (const { threadId, sequence } of ring.detailsAt(position, describe).headers) {
      const after = open.get(threadId);
      if (after === undefined || sequence <= after) continue;
      const earlier = found.get(threadId);
      // Records of a thread may come out of order: the first of them is where to begin.
      const { partition, offset } = earlier ?? {
        partition: ring.partitionAt(position),
        offset: ring.offsetAt(position),
      };
      const lowest = Math.min(sequence, earlier?.sequence ?? sequence);
      found.set(threadId, { partition, offset, sequence: lowest });
    }
    if (looks++ % LOOKS === 0) await clock.sleep(0, signal);
  }
  return found;
}
