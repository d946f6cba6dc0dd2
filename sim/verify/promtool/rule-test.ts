// Expectations as files that `promtool test rules` reads: the rules, and a test that gives the recorded series and asks for
// everything we expect. Scalars are JSON, which is YAML.

import type { Rule, RuleGroup } from "../../../src/promql/rules/rule.ts";
import type { VectorSample } from "../../../src/promql/value.ts";
import type { ExpectedAlerts, ExpectedValue, RuleExpectations } from "./expectations.ts";
import { metricText, valuesText } from "./series-text.ts";

/** Duration as promtool reads it. */
const duration = (ms: number) => `${ms}ms`;

/**
 * The rules, each group under its place as its name: groups of two files may share a name, and nothing that rules give
 * depends on it.
 */
export function ruleFileText(groups: readonly RuleGroup[]): string {
  return JSON.stringify({
    groups: groups.map(({ queryOffsetMs, limit, rules }, index) => ({
      name: groupName(index),
      query_offset: duration(queryOffsetMs),
      limit,
      rules: rules.map(ruleFields),
    })),
  });
}

function groupName(index: number): string {
  return `group ${index}`;
}

function ruleFields(rule: Rule): object {
  const { text: expr, labels } = rule;
  if (rule.kind === "recording") return { record: rule.record, expr, labels };
  const { alert, forMs, keepFiringForMs, annotations } = rule;
  return {
    alert,
    expr,
    for: duration(forMs),
    keep_firing_for: duration(keepFiringForMs),
    labels,
    annotations,
  };
}

/**
 * @param gridMs distance of the values of series
 * @throws DashstreamError `invariant` for series with samples at other times
 */
export function ruleTestText(expectations: RuleExpectations, ruleFile: string, gridMs: number): string {
  const { startMs, intervalMs, groups, series, alerts, values } = expectations;
  const grid = { startMs, stepMs: gridMs };
  return [
    `rule_files: [${JSON.stringify(ruleFile)}]`,
    `evaluation_interval: ${duration(intervalMs)}`,
    `group_eval_order: ${JSON.stringify(groups.map((_, index) => groupName(index)))}`,
    "tests:",
    `- interval: ${duration(gridMs)}`,
    `  start_timestamp: ${JSON.stringify(new Date(startMs).toISOString())}`,
    ...list("input_series", series, (one) => [
      `series: ${JSON.stringify(metricText(one.labels))}`,
      `values: ${JSON.stringify(valuesText(one, grid))}`,
    ]),
    ...list("alert_rule_test", alerts, (expected) => alertFields(expected, startMs)),
    ...list("promql_expr_test", values, (expected) => valueFields(expected, startMs)),
    "",
  ].join("\n");
}

function list<T>(name: string, items: readonly T[], fieldsOf: (item: T) => readonly string[]): string[] {
  if (items.length === 0) return [`  ${name}: []`];
  return [`  ${name}:`, ...items.map((item) => `  - ${fieldsOf(item).join("\n    ")}`)];
}

function alertFields({ alert, atMs, firing }: ExpectedAlerts, startMs: number): readonly string[] {
  const expected = firing.map(({ labels, annotations }) => ({
    exp_labels: labels,
    exp_annotations: annotations,
  }));
  return [
    `eval_time: ${duration(atMs - startMs)}`,
    `alertname: ${JSON.stringify(alert)}`,
    `exp_alerts: ${JSON.stringify(expected)}`,
  ];
}

function valueFields({ expr, atMs, samples }: ExpectedValue, startMs: number): readonly string[] {
  return [
    `expr: ${JSON.stringify(expr)}`,
    `eval_time: ${duration(atMs - startMs)}`,
    `exp_samples: [${samples.map(sampleText).join(", ")}]`,
  ];
}

function sampleText({ labels, value }: VectorSample): string {
  return `{labels: ${JSON.stringify(metricText(labels))}, value: ${numberText(value)}}`;
}

/** A number as YAML has it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}
