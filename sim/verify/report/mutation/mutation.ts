// What the verification of the verification found, as data: each rule and each signal was broken in turn, and a normal
// run had to fail. Keys are those of the JSON document.

import type { RunReport } from "../report.ts";

/** Ways to break a rule or a signal, each with what is done. */
export const MUTANT_KINDS = {
  "threshold-tenfold": "a threshold ten times as high",
  "comparison-flipped": "a comparison the other way round",
  "label-changed": "another value of a label",
  "metric-renamed": "a metric that does not exist",
  "window-below-scrape": "a window shorter than the scrape interval",
  "for-tenfold": "`for` ten times as long",
  "not-incremented": "a counter that is not incremented",
  "born-late": "a counter that is not there before it rises",
} as const satisfies Record<string, string>;

export type MutantKind = keyof typeof MUTANT_KINDS;

export interface Mutant {
  readonly kind: MutantKind;
  /** What is broken: the name of an alert, or of a metric. */
  readonly target: { readonly alert: string } | { readonly metric: string };
  /** What exactly: `> 0.05 became > 0.5`. */
  readonly description: string;
}

export interface MutantResult {
  readonly mutant: Mutant;
  /** Those that ran with it. */
  readonly scenarios: readonly string[];
  /** `killed`: a normal run would have failed. */
  readonly outcome: "killed" | "missed";
  /** What noticed it, or why nothing did; a sentence. */
  readonly by: string;
}

export interface MutationReport {
  readonly version: string;
  readonly seed: number;
  readonly engine: "dashstream" | "promtool";
  readonly mutants: readonly MutantResult[];
  readonly run: RunReport;
}
