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
  /** Lowest number sent, `Infinity` while there is none: records of a thread may come out of order. */
  lowest: number;
  /** Highest number that is known to have been produced. */
  readonly last: number;
}

export class ThreadSelection {
  readonly #wanted = new Map<string, Wanted>();

  /** @param last the highest number known of the thread, 0 if none is */
  add(threadId: string, after: number, last: number): void {
    this.#wanted.set(threadId, { after, last, lowest: Number.POSITIVE_INFINITY });
  }

  /** Whether a record has a number that is asked for. */
  wants({ headers }: RecordDetails): boolean {
    let wants = false;
    for (const { threadId, sequence } of headers) {
      const wanted = this.#wanted.get(threadId);
      if (!wanted || sequence <= wanted.after) continue;
      if (sequence < wanted.lowest) wanted.lowest = sequence;
      wants = true;
    }
    return wants;
  }

  /** What is missing between the numbers that clients have and the lowest that came, by thread id. */
  gaps(): readonly ThreadGap[] {
    const gaps: ThreadGap[] = [];
    for (const [threadId, { after, lowest, last }] of this.#wanted) {
      const toSequence = lowest === Number.POSITIVE_INFINITY ? last : lowest - 1;
      if (toSequence <= after) continue;
      gaps.push({ threadId, fromSequence: after + 1, toSequence, count: toSequence - after });
    }
    return gaps.sort((a, b) => (a.threadId < b.threadId ? -1 : 1));
  }

  /** Threads of which nothing was sent and nothing is known. */
  unknownThreads(): readonly string[] {
    return [...this.#wanted]
      .filter(([, { lowest, last }]) => last === 0 && lowest === Number.POSITIVE_INFINITY)
      .map(([threadId]) => threadId)
      .sort();
  }
}
