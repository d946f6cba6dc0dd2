// Rules and groups of rules, as read from files. A rule knows where it stands, so that whatever is found about it can be
// named with file and line.

import type { Expr } from "../ast.ts";

/** Where something stands in a file; lines and columns count from 1. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`. */
export function placeText({ file, line, column }: FilePosition): string {
  return `${file}:${line}:${column}`;
}

interface RuleBase {
  readonly expr: Expr;
  /** The expression as written. */
  readonly text: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly position: FilePosition;
}

export interface AlertRule extends RuleBase {
  readonly kind: "alert";
  readonly alert: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule extends RuleBase {
  readonly kind: "recording";
  readonly record: string;
}

export type Rule = AlertRule | RecordingRule;

export interface RuleGroup {
  readonly name: string;
  /** `null`: the server's `evaluation_interval`. */
  readonly intervalMs: number | null;
  readonly queryOffsetMs: number;
  /** Most series or alerts that one rule may give; 0 = any number. */
  readonly limit: number;
  readonly rules: readonly Rule[];
  readonly position: FilePosition;
}

/** The rules that alert, in the order of the groups. */
export function alertRulesOf(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules).filter((rule) => rule.kind === "alert");
}

/** Something wrong in a file. */
export interface RuleProblem {
  readonly position: FilePosition;
  readonly reason: string;
}

/** State of one alert instance; what is `inactive` is not listed anywhere. */
export type AlertState = "pending" | "firing";

export interface ActiveAlert {
  readonly rule: AlertRule;
  readonly state: AlertState;
  /** With `alertname` and the rule's labels, as Alertmanager gets them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
  readonly activeAtMs: number;
  readonly firedAtMs: number | null;
}

/** One step of an alert instance. `inactive` after `firing` means that it is resolved. */
export interface AlertTransition {
  readonly atMs: number;
  readonly rule: AlertRule;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: AlertState | "inactive";
  readonly to: AlertState | "inactive";
  readonly value: number;
  readonly annotations: Readonly<Record<string, string>>;
}
