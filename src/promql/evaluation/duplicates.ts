// That no two samples of a vector have the same labels.

import type { Sample } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";

/** @throws DashstreamError `promql_invalid` */
export function refuseDuplicates(samples: readonly Sample[], { options }: Scope): void {
  // Names that are still to be taken away are looked at in the end.
  if (options.delayedNameRemoval && !options.isRange) return;
  refuseSameLabels(samples);
}

export function refuseSameLabels(samples: readonly Pick<Sample, "labels">[]): void {
  if (samples.length < 2) return;
  const seen = new Set<string>();
  for (const { labels } of samples) seen.add(labels.key);
  if (seen.size === samples.length) return;
  throw evaluationError("vector cannot contain metrics with the same labelset");
}
