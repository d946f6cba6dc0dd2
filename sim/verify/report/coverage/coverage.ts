// What the faults say about users' own rules, as data: which alerts each fault raises, which nothing raises and why,
// which faults nobody would notice. Keys are those of the JSON document; times are seconds.

import type { FilePosition } from "../../../../src/promql/rules/rule.ts";
import type { RunReport } from "../report.ts";

/** An alert that fired while something was broken. */
export interface Raise {
  readonly alert: string;
  readonly scenario: string;
  /** Since the start of the scenario. */
  readonly firing_at_s: number;
  /** From the first fault to firing. */
  readonly detection_s: number;
  readonly resolved_at_s: number | null;
}

/** A series that a rule names and no component exports. */
export interface UnknownSeries {
  readonly series: string;
  readonly position: FilePosition;
  /** What may have been meant; `null` if nothing is close. */
  readonly nearest: string | null;
}

/** Why nothing raised an alert. */
export type Silence =
  | { readonly kind: "unknown-series"; readonly unknown: readonly UnknownSeries[] }
  /** The series exist, but none has the labels that the rule asks for. */
  | { readonly kind: "no-samples"; readonly selector: string }
  /** It had values that never met its condition; the nearest of them, and where. */
  | {
      readonly kind: "threshold-not-reached";
      readonly comparison: string;
      readonly threshold: number;
      readonly nearest: number;
      readonly scenario: string;
    }
  /** It was pending, but never as long as its `for`. */
  | {
      readonly kind: "too-short";
      readonly for_s: number;
      readonly longest_s: number;
      readonly scenario: string;
    }
  /** Its expression never gave a value, and nothing more can be said. */
  | { readonly kind: "no-result" };

export interface AlertCoverage {
  readonly alert: string;
  readonly position: FilePosition;
  readonly severity: string | null;
  /** Fastest first. */
  readonly raised_by: readonly Raise[];
  /** `null` if something raised it. */
  readonly silence: Silence | null;
  /** Scenarios in which it fired though nothing was broken. */
  readonly without_fault: readonly string[];
}

export interface FaultCoverage {
  readonly scenario: string;
  readonly faults: readonly string[];
  /** Fastest first, so the first is the alert that would have come first. */
  readonly noticed_by: readonly Raise[];
}

/** A rule that cannot be evaluated as it stands. */
export interface CoverageProblem {
  /** The name of the alert or of the recorded series. */
  readonly rule: string;
  readonly position: FilePosition;
  readonly reason: string;
}

export interface CoverageReport {
  readonly version: string;
  readonly seed: number;
  readonly engine: "dashstream" | "promtool";
  readonly files: readonly string[];
  readonly alerts: readonly AlertCoverage[];
  /** Scenarios without faults are not among them. */
  readonly faults: readonly FaultCoverage[];
  readonly problems: readonly CoverageProblem[];
  readonly run: RunReport;
}
