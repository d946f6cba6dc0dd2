// What expressions may ask of the catalogue: series by the names under which they are read, their labels and values.

import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import type { MetricDefinition } from "../../src/telemetry/definition.ts";

const SUFFIX = /_(bucket|sum|count)$/;

/** The metric of which this is a series; `undefined` if there is none. */
export function definitionOf(name: string): MetricDefinition | undefined {
  const exact = CATALOGUE.find((definition) => definition.name === name);
  if (exact !== undefined) return exact.kind === "histogram" ? undefined : exact;
  const histogram = CATALOGUE.find((definition) => definition.name === name.replace(SUFFIX, ""));
  return histogram?.kind === "histogram" ? histogram : undefined;
}

/** The values that a label may have. */
export function possibleValues(definition: MetricDefinition, label: string): readonly string[] | "any" {
  if (label === "le" && definition.kind === "histogram") return definition.buckets.map(String);
  const values = definition.labels?.[label];
  if (values === "dynamic") return "any";
  return (values ?? []).map((value) => (typeof value === "string" ? value : value.value));
}
