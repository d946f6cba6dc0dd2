// Which group of an aggregation a sample belongs to.

import type { Aggregation } from "../ast.ts";
import { type Labels, METADATA_LABELS } from "../labels.ts";
import { perLabels, type Sample } from "./sample.ts";

export interface Group {
  readonly labels: Labels;
  readonly samples: Sample[];
}

const groupLabels = new WeakMap<Aggregation, (labels: Labels) => Labels>();

/** The labels of the group of a sample with these labels; kept with the expression, as rules are evaluated again and again. */
export function groupLabelsOf(aggregation: Aggregation): (labels: Labels) => Labels {
  const known = groupLabels.get(aggregation);
  if (known !== undefined) return known;
  const { without, grouping } = aggregation;
  const names = new Set(without ? [...METADATA_LABELS, ...grouping] : grouping);
  const made = perLabels((labels) => (without ? labels.without(names) : labels.only(names)));
  groupLabels.set(aggregation, made);
  return made;
}

/** In the order in which the first sample of each came. */
export function groupsOf(samples: readonly Sample[], labelsOf: (labels: Labels) => Labels): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels = labelsOf(sample.labels);
    const group = groups.get(labels.key);
    if (group === undefined) groups.set(labels.key, { labels, samples: [sample] });
    else group.samples.push(sample);
  }
  return [...groups.values()];
}
