// Labels that a scrape configuration gives its targets, which come to every series of theirs.

import type { ComponentName } from "../../faults/stage.ts";

type Labels = Readonly<Record<string, string>>;

export interface TargetLabels {
  readonly all: Labels;
  /** Of single components, over those of all. */
  readonly of: Readonly<Partial<Record<ComponentName, Labels>>>;
}

/** Targets that have nothing but `job` and `instance`. */
export const NO_TARGET_LABELS: TargetLabels = { all: {}, of: {} };

export function labelsOfTarget({ all, of }: TargetLabels, component: ComponentName): Labels {
  return { ...all, ...of[component] };
}
