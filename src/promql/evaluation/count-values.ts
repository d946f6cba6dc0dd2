// `count_values`: a series for each value, with the value as a label.

import type { Aggregation } from "../ast.ts";
import { formatFloat } from "../float-text.ts";
import { quotedString } from "../syntax/literals.ts";
import { groupLabelsOf, groupsOf } from "./grouping.ts";
import type { Sample } from "./sample.ts";
import { evaluationError } from "./scope.ts";

export function countValues(
  aggregation: Aggregation,
  samples: readonly Sample[],
  label: string,
  atMs: number,
): readonly Sample[] {
  if (label === "" || !label.isWellFormed()) {
    throw evaluationError(`invalid label name ${quotedString(label)}`);
  }
  const withLabel = aggregation.without
    ? aggregation
    : { ...aggregation, grouping: [...aggregation.grouping, label] };
  const labelled = samples.map((sample) => ({
    ...sample,
    labels: sample.labels.with({ [label]: formatFloat(sample.value, "f", -1) }),
  }));
  return groupsOf(labelled, groupLabelsOf(withLabel)).map((group) => ({
    labels: group.labels,
    value: group.samples.length,
    timestampMs: atMs,
    losesName: false,
  }));
}
