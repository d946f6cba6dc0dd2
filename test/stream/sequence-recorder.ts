// Keeps what a validator reports, and drives one thread of it in the tests.

import {
  type GapPolicy,
  type SequenceEvents,
  type SequenceGap,
  type SequenceOptions,
  SequenceValidator,
  type SequenceVerdict,
} from "../../src/stream/sequence.ts";

export class SequenceRecorder implements SequenceEvents {
  readonly gaps: SequenceGap[] = [];
  readonly halts: SequenceGap[] = [];
  duplicates = 0;
  reorders = 0;
  restarts = 0;
  evictions = 0;
  haltedCount = 0;

  gap(gap: SequenceGap): void {
    this.gaps.push(gap);
  }
  duplicate(): void {
    this.duplicates++;
  }
  reordered(): void {
    this.reorders++;
  }
  restarted(): void {
    this.restarts++;
  }
  evicted(): void {
    this.evictions++;
  }
  halted(gap: SequenceGap): void {
    this.halts.push(gap);
  }
  haltedThreads(count: number): void {
    this.haltedCount = count;
  }

  get missing(): number {
    return this.gaps.reduce((sum, gap) => sum + gap.size, 0);
  }
}

/** A validator whose thread `t` on partition 0 is fed number by number. */
export function oneThread(policy: GapPolicy, options: Partial<SequenceOptions> = {}) {
  const events = new SequenceRecorder();
  const validator = new SequenceValidator({ policy, events, ...options });
  const observe = (sequence: number, timestampUs = 0, nowMs = 0): SequenceVerdict =>
    validator.observe(0, "t", sequence, timestampUs, nowMs);
  return {
    validator,
    events,
    observe,
    feed: (sequences: readonly number[]) => sequences.map((sequence) => observe(sequence)),
    unreadable: () => validator.excuse(0, "t"),
  };
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
