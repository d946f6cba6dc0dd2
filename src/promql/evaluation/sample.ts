// What expressions evaluate to inside of the evaluator: values, with the times of their samples.

import type { RangeModifier } from "../ast.ts";
import type { ArgumentSample, Window } from "../functions/function.ts";
import { type Labels, METADATA_LABELS } from "../labels.ts";

/** `losesName`: the name is to be taken away at the end of the evaluation (delayed name removal). */
export interface Sample extends ArgumentSample {
  readonly losesName: boolean;
}

export interface SeriesWindow extends Window {
  readonly losesName: boolean;
}

export interface Matrix {
  readonly kind: "matrix";
  readonly windows: readonly SeriesWindow[];
  /** The range is (`startMs`, `endMs`]. */
  readonly startMs: number;
  readonly endMs: number;
  /** The windows reach over the ends of the range then. */
  readonly modifier?: RangeModifier;
}

export type Evaluated =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "vector"; readonly samples: readonly Sample[] }
  | Matrix;

/** Without the name of the metric, its type and its unit; the same object for the same labels. */
export const withoutMetadata = perLabels((labels) => labels.without(METADATA_LABELS));

export function vectorOf(samples: readonly Sample[]): Evaluated {
  return { kind: "vector", samples };
}

export function scalarOf(value: number): Evaluated {
  return { kind: "scalar", value };
}

/** Labels as Prometheus writes them in messages, the name among the others. */
export function labelsText(labels: Labels): string {
  const texts = labels.entries.map(([name, value]) => {
    const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
    return `${isPlain ? name : JSON.stringify(name)}=${JSON.stringify(value)}`;
  });
  return `{${texts.join(", ")}}`;
}

/** By labels, as Prometheus sorts series. */
export function byLabels(a: { readonly labels: Labels }, b: { readonly labels: Labels }): number {
  if (a.labels.key === b.labels.key) return 0;
  return a.labels.key < b.labels.key ? -1 : 1;
}

/** One value for each label set, made when it is first asked for and kept as long as the label set. */
export function perLabels<T>(make: (labels: Labels) => T): (labels: Labels) => T {
  const made = new WeakMap<Labels, T>();
  return (labels) => {
    const known = made.get(labels);
    if (known !== undefined) return known;
    const value = make(labels);
    made.set(labels, value);
    return value;
  };
}
