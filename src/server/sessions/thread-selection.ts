// Which records a resume by thread asks for, and which numbers of its threads never came.

import type { RecordDetails } from "./record-details.ts";

/** Numbers of a thread that a resume asked for and that were not to be had. */
export interface ThreadGap {
  readonly threadId: string;
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly count: number;
}

interface Wanted {
  /** Last number that the client has. */
  readonly after: number;
  /** Numbers sent, as ranges that do not touch, lowest first: records of a thread may come out of order. */
  readonly sent: { from: number; to: number }[];
  /** Highest number that is known to have been produced. */
  readonly last: number;
}

export class ThreadSelection {
  readonly #wanted = new Map<string, Wanted>();
  /** True once records of a partition were gone that may have been of these threads. */
  isIncomplete = false;

  /** @param last the highest number known of the thread, 0 if none is */
  add(threadId: string, after: number, last: number): void {
    this.#wanted.set(threadId, { after, last, sent: [] });
  }

  /** Whether a record has a number that is asked for. */
  wants({ headers }: RecordDetails): boolean {
    let wants = false;
    for (const { threadId, sequence } of headers) {
      const wanted = this.#wanted.get(threadId);
      if (!wanted || sequence <= wanted.after) continue;
      note(wanted.sent, sequence);
      wants = true;
    }
    return wants;
  }

  /**
   * The numbers that are not to be had, by thread id: those before the lowest that was sent, and where records were
   * gone also those between and after. Else a hole between is one of the thread itself, or of records that are no
   * clients' business.
   */
  gaps(): readonly ThreadGap[] {
    const gaps: ThreadGap[] = [];
    for (const [threadId, { after, sent, last }] of this.#wanted) {
      const name = (fromSequence: number, toSequence: number) => {
        if (toSequence < fromSequence) return;
        gaps.push({ threadId, fromSequence, toSequence, count: toSequence - fromSequence + 1 });
      };
      let next = after + 1;
      for (const { from, to } of sent) {
        if (next === after + 1 || this.isIncomplete) name(next, from - 1);
        next = to + 1;
      }
      if (sent.length === 0 || this.isIncomplete) name(next, last);
    }
    return gaps.sort((a, b) => (a.threadId < b.threadId ? -1 : a.threadId > b.threadId ? 1 : 0));
  }

  /** Threads of which nothing was sent and nothing is known. */
  unknownThreads(): readonly string[] {
    return [...this.#wanted]
      .filter(([, { sent, last }]) => last === 0 && sent.length === 0)
      .map(([threadId]) => threadId)
      .sort();
  }
}

/** Adds a number to ranges; nearly always it is the one after the last. */
function note(ranges: { from: number; to: number }[], number: number): void {
  let index = ranges.length;
  while (index > 0 && (ranges[index - 1]?.from ?? 0) > number) index--;
  const below = ranges[index - 1];
  const above = ranges[index];
  if (below && number <= below.to) return;
  const touchesBelow = below?.to === number - 1;
  const touchesAbove = above?.from === number + 1;
  if (below && above && touchesBelow && touchesAbove) {
    below.to = above.to;
    ranges.splice(index, 1);
  } else if (below && touchesBelow) below.to = number;
  else if (above && touchesAbove) above.from = number;
  else ranges.splice(index, 0, { from: number, to: number });
}
