// Which values a label can have, as far as that is certain: closed labels of the catalogue, the jobs of the targets, and
// what recording rules make of both. Whatever else there is, nothing is said about.

import { JOBS } from "../../../src/alerts/site.ts";
import type { Aggregation, Binary, Call, Expr, VectorSelector } from "../../../src/promql/ast.ts";
import { metricOf } from "../../../src/promql/expr-series.ts";
import type { RecordingRule, Rule } from "../../../src/promql/rules/rule.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import type { Component, MetricDefinition } from "../../../src/telemetry/definition.ts";
import { labelsOfTarget, type TargetLabels } from "../site/target-labels.ts";
import { seriesNames } from "./exported-names.ts";

/** `null`: any; "" stands for series without the label. */
export type PossibleValues = ReadonlySet<string> | null;

const JOB = "job";
const ABSENT: ReadonlySet<string> = new Set([""]);

/** Who uses the library gives its programs jobs of its own. */
const JOB_OF: Readonly<Record<Component, string | null>> = {
  "websocket-server": JOBS["websocket-server"],
  exporter: JOBS["prometheus-exporter"],
  "quality-monitor": JOBS["quality-monitor"],
  stream: null,
};

const COMPONENTS = Object.keys(JOB_OF) as readonly Component[];

const DEFINITIONS: ReadonlyMap<string, MetricDefinition> = new Map(
  CATALOGUE.flatMap((definition) => seriesNames(definition).map((name) => [name, definition] as const)),
);

/** Aggregations that give series as they are. */
const CHOOSING: readonly Aggregation["op"][] = ["topk", "bottomk", "limitk", "limit_ratio"];
/** Functions that take labels from elsewhere than from the series that they are given. */
const LABEL_MAKERS = ["absent", "absent_over_time", "info"];
const LABEL_CHANGERS = ["label_replace", "label_join"];

export class LabelValues {
  readonly #targetLabels: TargetLabels;
  readonly #recorders: ReadonlyMap<string, readonly RecordingRule[]>;
  /** By series and label. While one is looked for it is `null`: rules may read each other in a circle. */
  readonly #found = new Map<string, PossibleValues>();

  constructor(rules: readonly Rule[], targetLabels: TargetLabels) {
    this.#targetLabels = targetLabels;
    this.#recorders = Map.groupBy(
      rules.filter((rule) => rule.kind === "recording"),
      ({ record }) => record,
    );
  }

  /** Of all series of this name. */
  ofSeries(series: string, label: string): PossibleValues {
    const key = JSON.stringify([series, label]);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    this.#found.set(key, null);
    const values = this.#look(series, label);
    this.#found.set(key, values);
    return values;
  }

  /** Whether these are jobs of targets. */
  areJobs(label: string, values: readonly string[]): boolean {
    if (label !== JOB) return false;
    const jobs = COMPONENTS.map((component) => this.#jobOf(component));
    return values.every((value) => jobs.includes(value));
  }

  /** `null` = any. */
  #jobOf(component: Component): string | null {
    return this.#labelsOf(component)[JOB] ?? JOB_OF[component];
  }

  /** What users give its targets. */
  #labelsOf(component: Component): Readonly<Record<string, string>> {
    return component === "stream" ? this.#targetLabels.all : labelsOfTarget(this.#targetLabels, component);
  }

  #look(series: string, label: string): PossibleValues {
    const definition = DEFINITIONS.get(series);
    const recorders = this.#recorders.get(series) ?? [];
    return unionOf([
      ...(definition === undefined ? [] : [this.#exported(definition, label)]),
      ...recorders.map((rule) => this.#recorded(rule, label)),
    ]);
  }

  #exported({ labels = {}, components }: MetricDefinition, label: string): PossibleValues {
    if (label === JOB) return unionOf(components.map((component) => setOf(this.#jobOf(component))));
    // A label of targets takes the place of the metric's own.
    const isGiven = components.some((component) => Object.hasOwn(this.#labelsOf(component), label));
    if (isGiven || !Object.hasOwn(labels, label)) return null;
    const values = labels[label];
    if (values === undefined || values === "dynamic") return null;
    return new Set(values.map((each) => (typeof each === "string" ? each : each.value)));
  }

  #recorded({ labels, expr }: RecordingRule, label: string): PossibleValues {
    return Object.hasOwn(labels, label) ? setOf(labels[label] ?? "") : this.#given(expr, label);
  }

  /** Of what an expression gives. */
  #given(expr: Expr, label: string): PossibleValues {
    switch (expr.kind) {
      case "number":
      case "string":
        return ABSENT;
      case "vector-selector":
        return this.#selected(expr, label);
      case "matrix-selector":
        return this.#selected(expr.selector, label);
      case "paren":
      case "unary":
      case "subquery":
        return this.#given(expr.expr, label);
      case "aggregation":
        return this.#aggregated(expr, label);
      case "binary":
        return this.#combined(expr, label);
      case "call":
        return this.#called(expr, label);
    }
  }

  #selected(selector: VectorSelector, label: string): PossibleValues {
    const values = this.ofSeries(metricOf(selector), label);
    if (values === null) return null;
    const own = selector.matchers.filter(({ name }) => name === label);
    return new Set([...values].filter((value) => own.every(({ matches }) => matches(value))));
  }

  #aggregated({ op, expr, param, without, grouping }: Aggregation, label: string): PossibleValues {
    if (CHOOSING.includes(op)) return this.#given(expr, label);
    if (op === "count_values" && (param?.kind !== "string" || param.value === label)) return null;
    return grouping.includes(label) === without ? ABSENT : this.#given(expr, label);
  }

  #combined({ op, left, right }: Binary, label: string): PossibleValues {
    if (op === "and" || op === "unless") return this.#given(left, label);
    const sides = [left, right].filter(({ returns }) => returns === "vector");
    const values = sides.map((side) => this.#given(side, label));
    // Matching may take a label away, or bring that of the other side.
    return unionOf(op === "or" || sides.length === 1 ? values : [...values, ABSENT]);
  }

  #called({ name, args, returns }: Call, label: string): PossibleValues {
    const [first, target] = args;
    if (LABEL_CHANGERS.includes(name)) {
      const isOther = target?.kind === "string" && target.value !== label;
      return isOther && first !== undefined ? this.#given(first, label) : null;
    }
    if (returns === "scalar") return ABSENT;
    const series = args.filter((arg) => arg.returns === "vector" || arg.returns === "matrix");
    const isPlain = args.every((arg) => arg.returns !== "string") && !LABEL_MAKERS.includes(name);
    if (!isPlain || series.length > 1) return null;
    const [only] = series;
    return only === undefined ? ABSENT : this.#given(only, label);
  }
}

function setOf(value: string | null): PossibleValues {
  return value === null ? null : new Set([value]);
}

/** Of nothing anything: who knows where it comes from. */
function unionOf(all: readonly PossibleValues[]): PossibleValues {
  if (all.length === 0) return null;
  const union = new Set<string>();
  for (const values of all) {
    if (values === null) return null;
    for (const value of values) union.add(value);
  }
  return union;
}
