// `count_values`: a series for each value, with the value as a label.

import type { Aggregation } from "../ast.ts";
import { groupLabelsOf, groupsOf } from "./grouping.ts";
import type { Sample } from "./sample.ts";
import { evaluationError } from "./scope.ts";

export function countValues(
  aggregation: Aggregation,
  samples: readonly Sample[],
  label: string,
  atMs: number,
): readonly Sample[] {
  const withLabel = aggregation.without
    ? aggregation
    : { ...aggregation, grouping: [...aggregation.grouping, label] };
  const labelled = samples.map((sample) => ({
    ...sample,
    labels: sample.labels.with({ [label]: plainNumber(sample.value) }),
  }));
  return groupsOf(labelled, groupLabelsOf(withLabel)).map((group) => ({
    labels: group.labels,
    value: group.samples.length,
    timestampMs: atMs,
    losesName: false,
  }));
}

/** Any text may name a label, but for none at all and what is not Unicode. @throws DashstreamError `promql_invalid` */
export function checkLabelName(name: string): void {
  if (name !== "" && name.isWellFormed()) return;
  throw evaluationError(`invalid label name ${JSON.stringify(name)}`);
}

/** As Go's `strconv.FormatFloat(value, 'f', -1, 64)`: never with an exponent. */
function plainNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = Number(exponent) + 1;
  if (point <= 0) return digits === "0" ? `${sign}0` : `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
