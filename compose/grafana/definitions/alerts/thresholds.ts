// One panel for each signal that alerts compare with a number: its value, and the thresholds of all alerts on it. Value and
// thresholds come from the rules themselves, so they cannot differ from what fires.

import type { AlertDefinition, Severity } from "../../../../src/alerts/alert.ts";
import { ALERTS } from "../../../../src/alerts/registry.ts";
import { rulesOf } from "../../../../src/alerts/rule-groups.ts";
import type { Expr } from "../../../../src/promql/ast.ts";
import { parseExpr } from "../../../../src/promql/parse.ts";
import type { Color, Step, Unit } from "../dashboard.ts";
import { name } from "../expressions.ts";
import type { Section, UnplacedPanel } from "../layout.ts";

/** What `value > 0` means to steps, which begin at their number. Less than one event in a window of 5 minutes. */
const ABOVE_ZERO = 0.001;
const FIRST_ID = 301;

interface Comparison {
  readonly alert: AlertDefinition;
  /** What is compared. */
  readonly value: string;
  readonly labels: readonly string[];
  readonly threshold: number;
}

/** Signals with thresholds, each with all its alerts, in the order of the registry. */
export function thresholdSection(scale: number): Section {
  const signals = new Map<string, Comparison[]>();
  for (const comparison of ALERTS.flatMap((alert) => comparisonsOf(alert, scale))) {
    const same = signals.get(comparison.value);
    if (same) same.push(comparison);
    else signals.set(comparison.value, [comparison]);
  }
  const panels = [...signals.values()].map((comparisons, index) => panelOf(FIRST_ID + index, comparisons));
  return { id: 1003, title: "Values and thresholds of alerts", height: 7, panels };
}

/** Rules of the form `value > number`; others have panels of their own. */
function comparisonsOf(alert: AlertDefinition, scale: number): readonly Comparison[] {
  return rulesOf(alert, { scale }).flatMap(({ expr }) => {
    const tree = parseExpr(expr);
    if (tree.kind !== "binary" || (tree.op !== ">" && tree.op !== ">=")) return [];
    const { left, right } = tree;
    if (right.kind !== "number") return [];
    const value = expr.slice(left.from, left.to);
    return [{ alert, value, labels: groupingOf(left), threshold: right.value }];
  });
}

function groupingOf(expr: Expr): readonly string[] {
  return expr.kind === "aggregation" && !expr.without ? expr.grouping : [];
}

function panelOf(id: number, comparisons: readonly Comparison[]): UnplacedPanel {
  const alerts = comparisons.map(({ alert }) => alert.name);
  const [first] = comparisons;
  const worst = comparisons.map(({ alert }) => alert).toSorted(bySeverity)[0];
  const value = first?.value ?? "";
  return {
    id,
    title: alerts.join(", "),
    kind: "timeseries",
    unit: unitOf(value),
    w: 8,
    steps: stepsOf(comparisons),
    shows: `What ${alerts.join(" and ")} ${alerts.length === 1 ? "compares" : "compare"} with the dashed line. ${worst?.runbook.meaning ?? ""}`,
    act: `open the page of the alert (link of this panel).${firstStep(worst)}`,
    alerts,
    queries: [{ legend: legendOf(first?.labels ?? []), expr: name(value) }],
  };
}

function firstStep(alert: AlertDefinition | undefined): string {
  const step = alert?.runbook.investigation[0];
  return step === undefined ? "" : ` It begins with: ${step.say}`;
}

function legendOf(labels: readonly string[]): string {
  return labels.length === 0 ? "value" : labels.map((label) => `{{${label}}}`).join(" ");
}

function stepsOf(comparisons: readonly Comparison[]): readonly Step[] {
  const colors = new Map<number, Color>();
  for (const { alert, threshold } of comparisons.toSorted((a, b) => bySeverity(b.alert, a.alert))) {
    colors.set(Math.max(threshold, ABOVE_ZERO), COLORS[alert.severity]);
  }
  const steps = [...colors].map(([from, color]) => ({ from, color })).toSorted((a, b) => a.from - b.from);
  return [{ from: 0, color: "green" }, ...steps];
}

const COLORS: Readonly<Record<Severity, Color>> = {
  critical: "red",
  high: "orange",
  medium: "yellow",
  warning: "yellow",
  none: "green",
};
const ORDER: readonly Severity[] = ["critical", "high", "medium", "warning", "none"];

function bySeverity(a: AlertDefinition, b: AlertDefinition): number {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);
}

/** The unit of what is compared, by what the expression is about. */
function unitOf(value: string): Unit {
  if (value.includes("_ms_bucket")) return "ms";
  if (value.includes(" / ")) return "percentunit";
  return /\brate\(/.test(value) ? "reqps" : "short";
}
