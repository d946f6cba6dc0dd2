// What this program makes of rules on a recording, in full: at every evaluation the alerts that fire with labels and
// annotations, and the value of every expression and of everything that rules write. It is what promtool has to agree on.

import type { Engine } from "../../../src/promql/engine.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import type { ActiveAlert, Rule, RuleGroup } from "../../../src/promql/rules/rule.ts";
import { queryVector } from "../../../src/promql/rules/rule-query.ts";
import type { LabelMatcher, Series, SeriesSource } from "../../../src/promql/series-store.ts";
import type { VectorSample } from "../../../src/promql/value.ts";
import type { Recording } from "../recording.ts";
import { evaluateRules, intervalOf } from "../rule-history.ts";

/** The alerts of one name that fire at a time. */
export interface ExpectedAlerts {
  readonly alert: string;
  readonly atMs: number;
  readonly firing: readonly Pick<ActiveAlert, "labels" | "annotations">[];
}

/** What an expression gives at a time. */
export interface ExpectedValue {
  readonly expr: string;
  readonly atMs: number;
  readonly samples: readonly VectorSample[];
}

/** Of all groups with one interval: promtool evaluates all groups of a test at one. */
export interface RuleExpectations {
  readonly intervalMs: number;
  readonly startMs: number;
  /** Without rules that could not be evaluated, at which promtool would end. */
  readonly groups: readonly RuleGroup[];
  /** All that the rules read and do not write themselves. */
  readonly series: readonly Series[];
  readonly alerts: readonly ExpectedAlerts[];
  readonly values: readonly ExpectedValue[];
}

/** In the order in which the intervals come first. */
export function expectationsOf(
  recording: Pick<Recording, "store" | "startMs" | "endMs">,
  groups: readonly RuleGroup[],
): readonly RuleExpectations[] {
  const { startMs, endMs } = recording;
  const read = new NotingSource(recording.store);
  const failed = new Set<Rule>();
  const evaluations = groups.map((): { atMs: number; active: readonly ActiveAlert[] }[] => []);
  const { source, engine } = evaluateRules(
    { store: read, startMs, endMs },
    groups,
    (index, evaluator, atMs) => {
      evaluations[index]?.push({ atMs, active: evaluator.active() });
      for (const { kind, rule } of evaluator.problems()) if (kind === "evaluation") failed.add(rule);
    },
  );
  const intervals = new Set(groups.map(intervalOf));
  return [...intervals].map((intervalMs): RuleExpectations => {
    const own = groups
      .filter((group) => intervalOf(group) === intervalMs)
      .map((group) => ({ ...group, rules: group.rules.filter((rule) => !failed.has(rule)) }));
    const rules = own.flatMap((group) => group.rules);
    const active = groups.flatMap((group, index) =>
      intervalOf(group) === intervalMs ? (evaluations[index] ?? []) : [],
    );
    const times = [...new Set(active.map(({ atMs }) => atMs))];
    return {
      intervalMs,
      startMs,
      groups: own,
      series: [...read.noted, ...writtenByOthers(groups, own, source)],
      alerts: expectedAlerts(rules, active),
      values: expectedValues(rules, times, engine),
    };
  });
}

function expectedAlerts(
  rules: readonly Rule[],
  evaluations: readonly { readonly atMs: number; readonly active: readonly ActiveAlert[] }[],
): readonly ExpectedAlerts[] {
  const names = new Set(rules.flatMap((rule) => (rule.kind === "alert" ? [rule.alert] : [])));
  const firing = new Map<number, ActiveAlert[]>();
  for (const { atMs, active } of evaluations) {
    const known = firing.get(atMs) ?? [];
    firing.set(atMs, [...known, ...active.filter(({ state }) => state === "firing")]);
  }
  return [...firing].flatMap(([atMs, alerts]) =>
    [...names].map((alert) => ({ alert, atMs, firing: alerts.filter(({ rule }) => rule.alert === alert) })),
  );
}

/** Expressions of rules, and selectors of what rules write: pending alerts can be seen there only. */
function expectedValues(
  rules: readonly Rule[],
  times: readonly number[],
  engine: Engine,
): readonly ExpectedValue[] {
  const texts = new Set(rules.flatMap((rule) => [rule.text, ...outputsOf(rule)]));
  return [...texts].flatMap((expr) => {
    const parsed = parseExpr(expr);
    return times.map((atMs) => ({ expr, atMs, samples: queryVector(engine, parsed, atMs) }));
  });
}

/** Selectors of the series that a rule writes. */
export function outputsOf(rule: Rule): readonly string[] {
  if (rule.kind === "recording") return [`{__name__=${JSON.stringify(rule.record)}}`];
  const alert = JSON.stringify(rule.alert);
  return [`ALERTS{alertname=${alert}}`, `ALERTS_FOR_STATE{alertname=${alert}}`];
}

/** Series of rules in groups with other intervals: for these groups they are given. */
function writtenByOthers(
  all: readonly RuleGroup[],
  own: readonly RuleGroup[],
  source: SeriesSource,
): readonly Series[] {
  const written = new Set(own.flatMap(({ rules }) => rules.flatMap(outputsOf)));
  const others = new Set(all.flatMap(({ rules }) => rules.flatMap(outputsOf)));
  return [...others].flatMap((selector) => {
    const expr = parseExpr(selector);
    return written.has(selector) || expr.kind !== "vector-selector" ? [] : source.select(expr.matchers);
  });
}

/** Keeps in mind which series were read, by rules or by queries in their annotations. */
class NotingSource implements SeriesSource {
  readonly #source: SeriesSource;
  readonly noted = new Set<Series>();

  constructor(source: SeriesSource) {
    this.#source = source;
  }

  select(matchers: readonly LabelMatcher[]): readonly Series[] {
    const found = this.#source.select(matchers);
    for (const series of found) this.noted.add(series);
    return found;
  }
}
