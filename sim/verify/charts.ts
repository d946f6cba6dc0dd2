// What the chart of an alert shows: the value that its rule compares, the number it compares with, and the states that
// came of it.

import type { Engine } from "../../src/promql/engine.ts";
import { splitComparison } from "../../src/promql/expr-threshold.ts";
import { type AlertRule, alertRulesOf, type RuleGroup } from "../../src/promql/rules/rule.ts";
import type { RangeSeries } from "../../src/promql/value.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { episodesOf, spansOf } from "./alert-history.ts";
import type { Recording } from "./recording.ts";
import type { AlertChart } from "./report/report.ts";
import type { RuleHistory } from "./rule-history.ts";

/** A chart with more lines than this shows nothing. */
const MAX_LINES = 8;

/** One for each rule of an alert that the scenario expects. */
export function chartsOf(
  { expect }: Scenario,
  recording: Recording,
  history: RuleHistory,
  groups: readonly RuleGroup[],
): readonly AlertChart[] {
  const { engine } = history;
  const wanted = new Set(expect.map(({ alert }) => alert));
  return alertRulesOf(groups)
    .filter(({ alert }) => wanted.has(alert))
    .map((rule) => chartOf(rule, recording, history, engine));
}

function chartOf(
  rule: AlertRule,
  { startMs, endMs, scrapeIntervalMs }: Recording,
  { transitions }: RuleHistory,
  engine: Engine,
): AlertChart {
  const comparison = splitComparison(rule.expr);
  const shown = comparison?.value ?? rule.expr;
  const { value } = engine.range(shown, startMs, endMs, scrapeIntervalMs);
  const count = Math.floor((endMs - startMs) / scrapeIntervalMs) + 1;
  const times_s = Array.from({ length: count }, (_, index) => (index * scrapeIntervalMs) / 1000);
  const own = transitions.filter((transition) => transition.rule === rule);
  return {
    alert: rule.alert,
    expr: comparison === null ? rule.text : rule.text.slice(shown.from, shown.to),
    times_s,
    series: value.slice(0, MAX_LINES).map((series) => lineOf(series, startMs, scrapeIntervalMs, count)),
    threshold: comparison?.threshold ?? null,
    states: spansOf(episodesOf(own), startMs),
  };
}

function lineOf(
  { labels, points }: RangeSeries,
  startMs: number,
  stepMs: number,
  count: number,
): AlertChart["series"][number] {
  const values = new Array<number | null>(count).fill(null);
  for (const { timestampMs, value } of points) {
    if (Number.isFinite(value)) values[Math.round((timestampMs - startMs) / stepMs)] = value;
  }
  return { name: labels.toString(), values };
}
