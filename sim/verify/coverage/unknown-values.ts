// Label values that rules ask for and no series can have, such as a misspelt cause: an alert on one never fires. Only what
// is certain is told of.

import { nearestName } from "../../../src/config/nearest.ts";
import type { Expr, VectorSelector } from "../../../src/promql/ast.ts";
import { metricOf } from "../../../src/promql/expr-series.ts";
import { partsOf } from "../../../src/promql/expr-tree.ts";
import { placeInside } from "../../../src/promql/rules/file/expr-places.ts";
import type { Rule } from "../../../src/promql/rules/rule.ts";
import type { LabelMatcher } from "../../../src/promql/series-store.ts";
import type { UnknownValue } from "../report/coverage/coverage.ts";
import type { LabelValues, PossibleValues } from "./label-values.ts";

/** At most this share of a value may be wrong for it to be meant. */
const WRONG_SHARE = 0.3;

/** Each once of a rule, in the order of its expression. */
export function unknownValuesIn(rule: Rule, labelValues: LabelValues): readonly UnknownValue[] {
  const name = rule.kind === "alert" ? rule.alert : rule.record;
  const found = new Map<string, UnknownValue>();
  for (const selector of wantedIn(rule.expr)) {
    const series = metricOf(selector);
    for (const matcher of selector.matchers.filter(asksForSome)) {
      const { name: label, op, value } = matcher;
      const key = JSON.stringify([series, label, op, value]);
      const values = valuesMissedBy(matcher, labelValues.ofSeries(series, label));
      if (values.length === 0 || found.has(key)) continue;
      found.set(key, {
        rule: name,
        series,
        matcher: `${label}${op}${JSON.stringify(value)}`,
        label,
        position: placeInside(rule, selector.from),
        values,
        nearest: nearestName(value, values, WRONG_SHARE),
        target_label: labelValues.areJobs(label, values) ? `${label}=${op === "=" ? value : "..."}` : null,
      });
    }
  }
  return [...found.values()];
}

/** Selectors whose series a rule wants to be there: what `absent` is asked about need not be. */
function wantedIn(expr: Expr): readonly VectorSelector[] {
  if (expr.kind === "vector-selector") return [expr];
  if (expr.kind === "call" && ABSENCE.includes(expr.name)) return [];
  return partsOf(expr).flatMap(wantedIn);
}

const ABSENCE = ["absent", "absent_over_time"];

/** Neither what excludes values, nor what series without the label fit too. */
function asksForSome({ op, matches }: LabelMatcher): boolean {
  return (op === "=" || op === "=~") && !matches("");
}

/** All that there can be, if none of them fits; none if one does, or nothing is known of them. */
function valuesMissedBy({ matches }: LabelMatcher, possible: PossibleValues): readonly string[] {
  const values = [...(possible ?? [])].filter((value) => value !== "");
  return values.some(matches) ? [] : values;
}
