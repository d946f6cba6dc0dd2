// Why nothing raised an alert. Blames the smallest part of its expression that gave nothing in any scenario, and goes on
// in the rules that record what it reads.

import { nearestName } from "../../../src/config/nearest.ts";
import type { Binary, Expr, VectorSelector } from "../../../src/promql/ast.ts";
import { metricOf, selectorsOf } from "../../../src/promql/expr-series.ts";
import { splitComparison } from "../../../src/promql/expr-threshold.ts";
import { partsOf } from "../../../src/promql/expr-tree.ts";
import { placeInside } from "../../../src/promql/rules/file/expr-places.ts";
import type { AlertRule, Rule } from "../../../src/promql/rules/rule.ts";
import { isComparison } from "../../../src/promql/syntax/check.ts";
import type { Silence, UnknownUse } from "../report/coverage/coverage.ts";
import type { Evidence } from "./evidence.ts";
import { recordersOf, withRecorders } from "./rule-reading.ts";

export interface BlameContext {
  readonly evidence: Evidence;
  readonly rules: readonly Rule[];
  /** Names of all series that there can be. */
  readonly known: ReadonlySet<string>;
}

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.2;

/** What is most basic comes first: a series that does not exist explains more than a threshold beside it. */
const BASIC_FIRST: readonly Silence["kind"][] = [
  "unknown-series",
  "no-samples",
  "no-result",
  "never-held",
  "threshold-not-reached",
];

/** Why an alert never was active in any scenario. */
export function silenceOf(rule: AlertRule, context: BlameContext): Silence {
  const silence = new Blame(context).part(rule, rule.expr);
  if (silence.kind !== "unknown-series") return silence;
  const unknown = withRecorders([rule], context.rules).flatMap((each) => unknownIn(each, context.known));
  return { kind: "unknown-series", unknown: unknown.map(({ rule: _, ...series }) => series) };
}

/** Series that a rule itself names and no component exports, each once. */
export function unknownIn(rule: Rule, known: ReadonlySet<string>): readonly UnknownUse[] {
  const name = rule.kind === "alert" ? rule.alert : rule.record;
  const selectors = Map.groupBy(selectorsOf(rule.expr), metricOf);
  return [...selectors].flatMap(([series, [selector]]): UnknownUse[] => {
    if (selector === undefined || series === "" || known.has(series)) return [];
    const nearest = nearestName(series, [...known], WRONG_SHARE);
    return [{ rule: name, series, position: placeInside(rule, selector.from), nearest }];
  });
}

class Blame {
  readonly #context: BlameContext;
  /** Rules that were entered: recording rules may read each other in a circle. */
  readonly #entered = new Set<Rule>();

  constructor(context: BlameContext) {
    this.#context = context;
  }

  /** Of a part that gave nothing. */
  part(rule: Rule, expr: Expr): Silence {
    this.#entered.add(rule);
    switch (expr.kind) {
      case "vector-selector":
        return this.#selector(rule, expr);
      case "paren":
      case "unary":
        return this.part(rule, expr.expr);
      case "binary":
        return this.#binary(rule, expr);
      default: {
        const [first] = this.#silentParts(rule, expr).toSorted(basicFirst);
        return first ?? { kind: "no-result", expr: textIn(rule, expr) };
      }
    }
  }

  #binary(rule: Rule, expr: Binary): Silence {
    const below = this.#silentParts(rule, expr).toSorted(basicFirst);
    if (expr.op === "or") {
      // Either would have been enough, so what came furthest is told.
      const last = below.at(-1);
      if (last !== undefined) return last;
    }
    const [first] = expr.op === "unless" ? this.#silentParts(rule, expr, expr.left) : below;
    if (first !== undefined) return first;
    const condition = splitComparison(expr);
    const nearest = this.#context.evidence.nearest(expr);
    if (condition !== null && nearest !== null) {
      const { op: comparison, threshold, value } = condition;
      return { kind: "threshold-not-reached", value: textIn(rule, value), comparison, threshold, ...nearest };
    }
    if (condition !== null) return { kind: "no-result", expr: textIn(rule, condition.value) };
    const isCondition = isComparison(expr.op) || expr.matching?.cardinality === "many-to-many";
    if (isCondition) return { kind: "never-held", condition: textIn(rule, expr) };
    return { kind: "no-result", expr: textIn(rule, expr) };
  }

  /** Why each part did that gave nothing anywhere; a range of series stands for its selector. */
  #silentParts(rule: Rule, expr: Expr, only?: Expr): readonly Silence[] {
    return partsOf(expr).flatMap((part): readonly Silence[] => {
      if (only !== undefined && part !== only) return [];
      if (part.kind === "string" || part.kind === "number") return [];
      if (part.kind === "matrix-selector" || part.kind === "subquery") return this.#silentParts(rule, part);
      return this.#context.evidence.gave(part) ? [] : [this.part(rule, part)];
    });
  }

  #selector(rule: Rule, selector: VectorSelector): Silence {
    const { evidence, rules, known } = this.#context;
    const series = metricOf(selector);
    if (series !== "" && !known.has(series)) return { kind: "unknown-series", unknown: [] };
    const recorder = recordersOf(selector, rules).find(
      (each) => !this.#entered.has(each) && !evidence.gave(each.expr),
    );
    if (recorder !== undefined) return this.part(recorder, recorder.expr);
    return {
      kind: "no-samples",
      selector: textIn(rule, selector),
      mismatches: evidence.mismatches(selector),
    };
  }
}

function basicFirst(a: Silence, b: Silence): number {
  return BASIC_FIRST.indexOf(a.kind) - BASIC_FIRST.indexOf(b.kind);
}

/** As written, in one line. */
function textIn({ text }: Rule, { from, to }: Expr): string {
  return text.slice(from, to).replace(/\s+/g, " ").trim();
}
