// What the faults say about users' own rules, as data: which alerts each fault raises, which nothing raises and why,
// which faults nobody would notice. Keys are those of the JSON document; times are seconds.

import type { FilePosition } from "../../../../src/promql/rules/rule.ts";
import type { RunReport } from "../report.ts";

/** An alert that fired while something was broken. */
export interface Raise {
  readonly alert: string;
  readonly position: FilePosition;
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

/** The same, said of the rule that names it. */
export interface UnknownUse extends UnknownSeries {
  /** The name of the alert or of the recorded series. */
  readonly rule: string;
}

/** A value of a label that a rule asks for and no series of this name can have. */
export interface UnknownValue {
  /** The name of the alert or of the recorded series. */
  readonly rule: string;
  readonly series: string;
  /** As in a selector: `error_type="typo"`. */
  readonly matcher: string;
  readonly label: string;
  readonly position: FilePosition;
  /** All that there can be; never empty. */
  readonly values: readonly string[];
  /** What may have been meant; `null` if nothing is close. */
  readonly nearest: string | null;
  /** `job=shop`, if the value is one of targets; `null` if components give it. */
  readonly target_label: string | null;
}

/** A label that a selector asks for in vain. */
export interface LabelMismatch {
  readonly label: string;
  /** The values that series of this metric have; empty if they have no such label. */
  readonly values: readonly string[];
  /** `job=shop`, if targets may have such a label; `null` if it is one of the metric. */
  readonly target_label: string | null;
}

/** Why nothing raised an alert: what is said of the smallest part of its expression that never came true. */
export type Silence =
  | { readonly kind: "unknown-series"; readonly unknown: readonly UnknownSeries[] }
  /** The metric is known, but no scenario had a series that fits. */
  | { readonly kind: "no-samples"; readonly selector: string; readonly mismatches: readonly LabelMismatch[] }
  /** It had values that never met its condition; the nearest of them, and where. */
  | {
      readonly kind: "threshold-not-reached";
      readonly value: string;
      readonly comparison: string;
      readonly threshold: number;
      readonly nearest: number;
      readonly scenario: string;
    }
  /** Both sides had values, but never at the same time and with the same labels as this asks for. */
  | { readonly kind: "never-held"; readonly condition: string }
  /** It was pending, but never as long as its `for`. */
  | {
      readonly kind: "too-short";
      readonly for_s: number;
      readonly longest_s: number;
      readonly scenario: string;
    }
  /** It fires all the time and is meant to: a dead man's switch. */
  | { readonly kind: "always" }
  /** What it reads was there, but this gave no number. */
  | { readonly kind: "no-result"; readonly expr: string };

export interface AlertCoverage {
  readonly alert: string;
  readonly position: FilePosition;
  readonly severity: string | null;
  /** Fastest first. */
  readonly raised_by: readonly Raise[];
  /** `null` if something raised it, or it fired without a fault. */
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

/** What went wrong in a scenario, for example a fault that did not take. */
export interface ScenarioFinding {
  readonly scenario: string;
  readonly finding: string;
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
  /** Of all rules, also of those that record. */
  readonly unknown: readonly UnknownUse[];
  /** The same. */
  readonly unknown_values: readonly UnknownValue[];
  readonly scenario_findings: readonly ScenarioFinding[];
  readonly run: RunReport;
}
