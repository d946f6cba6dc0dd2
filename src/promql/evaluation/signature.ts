// What samples of two vectors are matched by: their labels, or those that `on` and `ignoring` name.

import type { Binary, VectorMatching } from "../ast.ts";
import { type Labels, METADATA_LABELS } from "../labels.ts";
import { perLabels } from "./sample.ts";

const signatures = new WeakMap<VectorMatching, (labels: Labels) => string>();

/** Gives samples that match the same text. Kept with the expression, as rules are evaluated again and again. */
export function signatureOf(matching: VectorMatching): (labels: Labels) => string {
  const known = signatures.get(matching);
  if (known !== undefined) return known;
  const signature = perLabels((labels) => matchedLabels(labels, matching).key);
  signatures.set(matching, signature);
  return signature;
}

/** The labels that are compared. */
export function matchedLabels(labels: Labels, { on, labels: names }: VectorMatching): Labels {
  if (on) return labels.only(new Set(names));
  return labels.without(new Set([...METADATA_LABELS, ...names]));
}

export function matchingOf({ matching }: Binary): VectorMatching {
  return matching ?? { cardinality: "one-to-one", on: false, labels: [], include: [] };
}
