// All series of one metric: which exist from the start, which label values may be asked for, and the handles.

import { DashstreamError } from "../errors.ts";
import { type Features, isMet, type LabelValue, type MetricDefinition } from "./definition.ts";
import type { Labels } from "./metrics.ts";
import { CounterSeries, GaugeSeries, HistogramSeries, type Sample, type Series } from "./series.ts";

function enabledValues(values: readonly LabelValue[], features: Features): readonly string[] {
  const enabled: string[] = [];
  for (const value of values) {
    if (typeof value === "string") enabled.push(value);
    else if (isMet(value.requires, features)) enabled.push(value.value);
  }
  return enabled;
}

function newSeries(definition: MetricDefinition, labels: Labels): Series {
  switch (definition.kind) {
    case "counter":
      return new CounterSeries(labels);
    case "gauge":
      return new GaugeSeries(labels, definition.initial ?? 0);
    case "histogram":
      return new HistogramSeries(labels, definition.buckets);
  }
}

/** Every combination of the label values, in catalogue order; none if a label is dynamic. */
function combinations(allowed: ReadonlyMap<string, readonly string[] | "dynamic">): readonly Labels[] {
  let all: Labels[] = [{}];
  for (const [name, values] of allowed) {
    if (values === "dynamic") return [];
    all = all.flatMap((labels) => values.map((value) => ({ ...labels, [name]: value })));
  }
  return all;
}

export class MetricFamily {
  readonly definition: MetricDefinition;
  readonly #allowed: ReadonlyMap<string, readonly string[] | "dynamic">;
  readonly #series = new Map<string, Series>();

  constructor(definition: MetricDefinition, features: Features) {
    this.definition = definition;
    this.#allowed = new Map(
      Object.entries(definition.labels ?? {}).map(([name, values]) => [
        name,
        values === "dynamic" ? values : enabledValues(values, features),
      ]),
    );
    for (const labels of combinations(this.#allowed)) this.series(labels);
  }

  /** The series with these labels, made if its labels are allowed. @throws DashstreamError `invariant` */
  series(labels: Labels): Series {
    const key = this.#keyOf(labels);
    const existing = this.#series.get(key);
    if (existing) return existing;
    const created = newSeries(this.definition, { ...labels });
    this.#series.set(key, created);
    return created;
  }

  /** @throws DashstreamError `invariant` if the series is one that always exists */
  remove(labels: Labels): void {
    const key = this.#keyOf(labels);
    if (![...this.#allowed.values()].includes("dynamic")) {
      throw new DashstreamError("invariant", `series of ${this.definition.name} always exist`);
    }
    this.#series.delete(key);
  }

  samples(): readonly Sample[] {
    return [...this.#series.values()].flatMap((series) => series.samples());
  }

  #keyOf(labels: Labels): string {
    const names = Object.keys(labels);
    const values: string[] = [];
    for (const [name, allowed] of this.#allowed) {
      const value = labels[name];
      if (value === undefined || (allowed !== "dynamic" && !allowed.includes(value))) {
        const expected = allowed === "dynamic" ? "a text" : `one of ${allowed.join(", ")}`;
        throw new DashstreamError(
          "invariant",
          `metric ${this.definition.name}: label ${name} is ${JSON.stringify(value)}, expected ${expected}`,
        );
      }
      values.push(value);
    }
    if (names.length !== values.length) {
      const expected = [...this.#allowed.keys()].join(", ") || "none";
      throw new DashstreamError(
        "invariant",
        `metric ${this.definition.name}: labels are ${names.join(", ")}, expected ${expected}`,
      );
    }
    return JSON.stringify(values);
  }
}
