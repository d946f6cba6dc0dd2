// Aggregations: one sample for each group, or some of the samples of each.

import type { Aggregation } from "../ast.ts";
import { formatG } from "../go-number.ts";
import { quantileWarning } from "../quantile.ts";
import { reduce } from "./aggregates.ts";
import { choose } from "./choosing.ts";
import { countValues } from "./count-values.ts";
import { groupLabelsOf, groupsOf } from "./grouping.ts";
import type { Evaluated, Sample } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";

export function aggregate(
  aggregation: Aggregation,
  samples: readonly Sample[],
  parameter: Evaluated | null,
  atMs: number,
  scope: Scope,
): readonly Sample[] {
  const { op } = aggregation;
  if (op === "count_values") {
    if (parameter?.kind !== "string") throw evaluationError("count_values needs the name of a label");
    return countValues(aggregation, samples, parameter.value, atMs);
  }
  const number = parameter?.kind === "scalar" ? parameter.value : 0;
  const groups = () => groupsOf(samples, groupLabelsOf(aggregation));
  switch (op) {
    case "topk":
    case "bottomk":
    case "limitk":
    case "limit_ratio":
      return choose(
        op,
        { groups, parameter: number, sampleCount: samples.length, about: aggregation.param ?? aggregation },
        scope,
      );
    default: {
      const warning = op === "quantile" ? quantileWarning(number, formatG) : null;
      if (warning !== null) scope.warn(warning, aggregation.param ?? aggregation);
      return groups().map((group) => ({
        labels: group.labels,
        value: reduce(
          op,
          group.samples.map(({ value }) => value),
          number,
        ),
        timestampMs: atMs,
        losesName: group.samples.some(({ losesName }) => losesName),
      }));
    }
  }
}
