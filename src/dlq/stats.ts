// How many dead letters there are, by what was wrong, whose they are and when they were written. However many values
// there are, only so many are told apart; the rest is counted together.

import { isoTime } from "../runtime/time-text.ts";
import { boundedName } from "./bounded-name.ts";
import type { DeadLetterView } from "./letter.ts";

/** Values with their numbers, in an order that is said where they are used. */
export type Counts = readonly (readonly [value: string, count: number])[];

export interface LetterStats {
  readonly letters: number;
  /** Most frequent first, as are the next two. */
  readonly byFamily: Counts;
  readonly byErrorType: Counts;
  readonly byTenant: Counts;
  /** By the hour in UTC, for example `2026-01-31T09`; in the order of time. */
  readonly byHour: Counts;
  /** By how often the record had been redriven. */
  readonly byHops: Counts;
  /** Times of the oldest and the newest letter, milliseconds since the epoch; `null` if there is none. */
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
}

const MAX_VALUES = 1_000;
const NO_TIME = "(no time)";

export class StatsTally {
  readonly #families = new ValueCounts();
  readonly #types = new ValueCounts();
  readonly #tenants = new ValueCounts();
  readonly #hours = new ValueCounts();
  readonly #hops = new ValueCounts();
  #letters = 0;
  #oldestMs: number | null = null;
  #newestMs: number | null = null;

  add({ family, errorType, tenantId, hops, record: { timestampMs } }: DeadLetterView): void {
    this.#letters++;
    this.#families.add(family);
    this.#types.add(errorType);
    this.#tenants.add(tenantId);
    this.#hours.add(hourOf(timestampMs));
    this.#hops.add(String(hops));
    this.#oldestMs = Math.min(this.#oldestMs ?? timestampMs, timestampMs);
    this.#newestMs = Math.max(this.#newestMs ?? timestampMs, timestampMs);
  }

  get letters(): number {
    return this.#letters;
  }

  stats(): LetterStats {
    return {
      letters: this.#letters,
      byFamily: this.#families.mostFirst(),
      byErrorType: this.#types.mostFirst(),
      byTenant: this.#tenants.mostFirst(),
      byHour: this.#hours.byName(),
      byHops: this.#hops.byName(),
      oldestMs: this.#oldestMs,
      newestMs: this.#newestMs,
    };
  }
}

class ValueCounts {
  readonly #counts = new Map<string, number>();

  add(value: string | null): void {
    const name = boundedName(value, this.#counts, MAX_VALUES);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  mostFirst(): Counts {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }

  byName(): Counts {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** `2026-01-31T09`, UTC. */
function hourOf(timestampMs: number): string {
  return isoTime(timestampMs)?.replace(/:.*/, "") ?? NO_TIME;
}
