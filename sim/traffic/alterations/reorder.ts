// Sends records late: each is held back until others of its thread have overtaken it. None is lost.

import type { Clock } from "../../../src/runtime/clock.ts";
import type { OutgoingRecord, TrafficAlteration } from "../alteration.ts";
import { type SelectionOptions, selection } from "./selection.ts";

export interface ReorderOptions extends SelectionOptions {
  readonly clock: Clock;
  /** Records of its thread that overtake it. */
  readonly behind: number;
  /** It is not held back for longer than this once it was overtaken, even if fewer overtook it. */
  readonly withinMs: number;
}

interface Late {
  readonly record: OutgoingRecord;
  overtakenBy: number;
  /** When the first one overtook it. */
  overtakenAtMs: number;
}

export function delayBehindOthers(options: ReorderOptions): TrafficAlteration {
  return new Reordering(options);
}

class Reordering implements TrafficAlteration {
  readonly #options: ReorderOptions;
  readonly #chosen: () => boolean;
  /** By thread: one of each is held back at a time. */
  readonly #late = new Map<string, Late>();
  hits = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
    this.#chosen = selection(options);
  }

  alter(record: OutgoingRecord): readonly OutgoingRecord[] {
    const nowMs = this.#options.clock.monotonicMs();
    const overdue = this.#options.behind > 1 ? this.#takeOverdue(nowMs) : [];
    const placed = this.#place(record, nowMs);
    return overdue.length === 0 ? placed : [...overdue, ...placed];
  }

  drain(): readonly OutgoingRecord[] {
    return [...this.#late.values()].map((late) => this.#release(late));
  }

  #place(record: OutgoingRecord, nowMs: number): readonly OutgoingRecord[] {
    const { threadId, sequence } = record.origin;
    const late = this.#late.get(threadId);
    if (late === undefined) {
      // The first number of a thread is where counting begins, so that it cannot be missed.
      if (sequence < 2 || !this.#chosen()) return [record];
      this.#late.set(threadId, { record, overtakenBy: 0, overtakenAtMs: 0 });
      return [];
    }
    // What has no number ends the thread: nothing more can overtake.
    if (sequence === 0) return [this.#release(late), record];
    if (late.overtakenBy++ === 0) late.overtakenAtMs = nowMs;
    return late.overtakenBy < this.#options.behind ? [record] : [record, this.#release(late)];
  }

  #takeOverdue(nowMs: number): readonly OutgoingRecord[] {
    const { withinMs } = this.#options;
    const overdue = [...this.#late.values()].filter(
      (late) => late.overtakenBy > 0 && nowMs - late.overtakenAtMs >= withinMs,
    );
    return overdue.map((late) => this.#release(late));
  }

  #release(late: Late): OutgoingRecord {
    if (late.overtakenBy > 0) this.hits++;
    this.#late.delete(late.record.origin.threadId);
    return late.record;
  }
}
