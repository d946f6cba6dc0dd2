// What a resume by thread is owed of the past: the records of its threads beyond the numbers that it gave, except those
// that were named as not to be had.

import type { Said } from "./frames.ts";
import type { Place } from "./place.ts";
import type { Entry, LogTruth, TopicTruth } from "./truth.ts";

type Thread = NonNullable<Entry["thread"]>;
type ThreadGap = Extract<Said, { type: "thread_gap" }>;

interface ThreadRules {
  readonly truth: TopicTruth;
  readonly capsReplays: boolean;
}

export class ThreadDebt {
  readonly #after: ReadonlyMap<string, number>;
  readonly #named: ThreadGap[] = [];
  readonly #received = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #highest = new Map<string, number>();

  /** By thread the last number that the client has. */
  constructor(after: Readonly<Record<string, number>>) {
    this.#after = new Map(Object.entries(after));
  }

  received({ id, sequence }: Thread): void {
    this.#received.add(`${id}:${sequence}`);
    this.#highest.set(id, Math.max(sequence, this.#highest.get(id) ?? 0));
  }

  /** The server never heard of these: what it cannot have any more it cannot name either. */
  unknown(threads: readonly string[]): void {
    for (const thread of threads) this.#unknown.add(thread);
  }

  gap(gap: ThreadGap, { truth, capsReplays }: ThreadRules, fail: (what: string) => void): void {
    const { thread, from, to, count } = gap;
    const what = `numbers ${from} to ${to} of ${thread} were named as missing`;
    if (count !== to - from + 1) fail(`${what}, counted as ${count}`);
    const after = this.#after.get(thread);
    if (after === undefined || from <= after)
      fail(`${what}, but the client asked for what comes after ${after}`);
    this.#named.push(gap);
    for (let p = 0; !capsReplays && p < truth.partitionCount; p++) {
      const log = truth.current(p);
      if (!log || log.isMistaken) continue;
      for (const offset of log.deliverable(log.start, log.end - 1)) {
        const record = log.threadAt(offset);
        if (record && isIn(gap, record)) fail(`${what}, but ${record.sequence} lies at ${p}:${offset}`);
      }
    }
    for (let sequence = from; sequence <= to; sequence++) {
      if (this.#received.has(`${thread}:${sequence}`)) fail(`${what}, but ${sequence} came`);
    }
  }

  /** Records of its threads in this log that neither came nor were named. */
  lack(place: Place, log: LogTruth): readonly number[] {
    return place.missing(log, 0, log.end - 1).filter((offset) => {
      const thread = log.threadAt(offset);
      if (!thread || thread.sequence <= (this.#after.get(thread.id) ?? Number.POSITIVE_INFINITY))
        return false;
      // That there was such a number shows only in a later one.
      const shows = thread.sequence < (this.#highest.get(thread.id) ?? 0) && !this.#unknown.has(thread.id);
      if (offset < log.start && !shows) return false;
      return !this.#named.some((gap) => isIn(gap, thread));
    });
  }
}

function isIn({ thread, from, to }: ThreadGap, { id, sequence }: Thread): boolean {
  return id === thread && from <= sequence && sequence <= to;
}
