// What a redrive did with each letter, counted by cause: nothing that was looked at is left out of the sums.

import { boundedName } from "./bounded-name.ts";
import { type DeadLetterView, placeOf } from "./letter.ts";
import type { LossCause } from "./original-record.ts";

/** Why a letter was not sent, though nothing failed. The first two are as they should be. */
const SKIP_CAUSES = [
  /** The filter does not mean it. */
  "filtered",
  /** The ledger says that this letter was sent to this topic. */
  "already_sent",
  /** It is no dead letter that can be told. */
  "unknown_family",
  /** It names no topic that it came from. */
  "no_source",
  "no_payload",
  "source_gone",
  "hash_mismatch",
  /** The record was redriven as often as is allowed. */
  "max_hops",
  /** The target topic does not exist. */
  "target_missing",
  /** The target topic has not the partition of the record. */
  "wrong_partition",
] as const satisfies readonly (LossCause | string)[];

export type SkipCause = (typeof SKIP_CAUSES)[number];

/** Why a letter could not be sent. */
const FAILURE_CAUSES = [
  /** Kafka takes no record of this size. */
  "too_large",
  /** Kafka takes no such record: its time lies where the topic takes none, or it has no key and the topic is compacted. */
  "refused",
  /** Kafka did not acknowledge it, however often it was tried. */
  "kafka_error",
] as const;

export type FailureCause = (typeof FAILURE_CAUSES)[number];

export interface TypeCounts {
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
}

export interface RedriveReport {
  readonly topic: string;
  readonly dryRun: boolean;
  /** Letters that were read. */
  readonly considered: number;
  /** Sent and acknowledged; in a dry run, those that would be. */
  readonly sent: number;
  readonly skipped: Readonly<Record<SkipCause, number>>;
  readonly failed: Readonly<Record<FailureCause, number>>;
  /** Read, but neither sent nor judged, because the run ended before. */
  readonly unattempted: number;
  /** Of those sent: the key is not the original one but the thread id. */
  readonly sentWithAssumedKey: number;
  /** Of those sent: their original headers are not known. */
  readonly sentWithoutHeaders: number;
  /** The first places of each cause, as `partition:offset`, with what was wrong. */
  readonly examples: Readonly<Partial<Record<SkipCause | FailureCause, readonly string[]>>>;
  /** Of the letters that the filter means, most frequent first; types beyond a limit are under `(other)`, letters without one under `(none)`. */
  readonly byErrorType: readonly (readonly [errorType: string, counts: TypeCounts])[];
  /** It was asked to end before it had seen all letters. */
  readonly interrupted: boolean;
  /** Why it gave up, `null` if it did not. */
  readonly stopped: string | null;
  readonly elapsedMs: number;
}

/** True if each letter that was meant is sent, by this run or an earlier one. */
export function isComplete(report: RedriveReport): boolean {
  const { skipped, considered, sent, interrupted, stopped } = report;
  return considered === sent + skipped.filtered + skipped.already_sent && !interrupted && stopped === null;
}

const MAX_EXAMPLES = 5;
const MAX_TYPES = 500;

/** Counts while a redrive goes on. */
export class RedriveTally {
  considered = 0;
  sent = 0;
  sentWithAssumedKey = 0;
  sentWithoutHeaders = 0;
  readonly #skipped = zeros(SKIP_CAUSES);
  readonly #failed = zeros(FAILURE_CAUSES);
  readonly #examples: Partial<Record<SkipCause | FailureCause, string[]>> = {};
  readonly #types = new Map<string, { sent: number; skipped: number; failed: number }>();

  skip(letter: DeadLetterView, cause: SkipCause, why = ""): void {
    this.#skipped[cause]++;
    if (cause === "filtered") return;
    this.#ofType(letter).skipped++;
    if (cause !== "already_sent") this.#example(letter, cause, why);
  }

  fail(letter: DeadLetterView, cause: FailureCause, why: string): void {
    this.#failed[cause]++;
    this.#ofType(letter).failed++;
    this.#example(letter, cause, why);
  }

  send(
    letter: DeadLetterView,
    how: { readonly keyIsAssumed: boolean; readonly headersAreLost: boolean },
  ): void {
    this.sent++;
    if (how.keyIsAssumed) this.sentWithAssumedKey++;
    if (how.headersAreLost) this.sentWithoutHeaders++;
    this.#ofType(letter).sent++;
  }

  report(
    run: Pick<RedriveReport, "topic" | "dryRun" | "interrupted" | "stopped" | "elapsedMs">,
  ): RedriveReport {
    const { considered, sent, sentWithAssumedKey, sentWithoutHeaders } = this;
    const judged = [sent, ...Object.values(this.#skipped), ...Object.values(this.#failed)];
    return {
      ...run,
      considered,
      sent,
      unattempted: considered - judged.reduce((sum, count) => sum + count, 0),
      skipped: { ...this.#skipped },
      failed: { ...this.#failed },
      sentWithAssumedKey,
      sentWithoutHeaders,
      examples: this.#examples,
      byErrorType: [...this.#types].sort(([, a], [, b]) => sumOf(b) - sumOf(a)),
    };
  }

  #ofType({ errorType }: DeadLetterView): { sent: number; skipped: number; failed: number } {
    const type = boundedName(errorType, this.#types, MAX_TYPES);
    const counts = this.#types.get(type) ?? { sent: 0, skipped: 0, failed: 0 };
    this.#types.set(type, counts);
    return counts;
  }

  #example(letter: DeadLetterView, cause: SkipCause | FailureCause, why: string): void {
    const examples = this.#examples[cause] ?? [];
    this.#examples[cause] = examples;
    if (examples.length >= MAX_EXAMPLES) return;
    examples.push(why === "" ? placeOf(letter) : `${placeOf(letter)} ${why}`);
  }
}

function sumOf({ sent, skipped, failed }: TypeCounts): number {
  return sent + skipped + failed;
}

function zeros<C extends string>(causes: readonly C[]): Record<C, number> {
  return Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<C, number>;
}
