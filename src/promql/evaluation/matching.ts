// Arithmetic and comparison of two vectors: samples that match by their labels, one to one, many to one or one to many.
// The order of checks and the words of errors are those of `VectorBinop` in Prometheus.

import type { Binary, VectorMatching } from "../ast.ts";
import { type Labels, METADATA_LABELS } from "../labels.ts";
import { isComparison } from "../syntax/check.ts";
import { apply, type ElementOp } from "./arithmetic.ts";
import { refuseDuplicates } from "./duplicates.ts";
import { labelsText, type Sample } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";
import { matchedLabels, matchingOf, signatureOf } from "./signature.ts";

type ElementBinary = Binary & { readonly op: ElementOp };

export function combineVectors(
  binary: ElementBinary,
  left: readonly Sample[],
  right: readonly Sample[],
  atMs: number,
  scope: Scope,
): readonly Sample[] {
  if (left.length === 0 || right.length === 0) return [];
  const matching = matchingOf(binary);
  const isSwapped = matching.cardinality === "one-to-many";
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const signature = signatureOf(matching);
  const ones = onePerSignature(one, signature, matching);
  const resultLabels = resultLabelsOf(binary, matching, scope);
  const unique = new UniqueMatches(matching);
  const results: Sample[] = [];
  for (const sample of many) {
    const key = signature(sample.labels);
    const other = ones.get(key);
    if (other === undefined) continue;
    const labels = resultLabels(sample.labels, other.labels);
    unique.add(key, labels);
    const [a, b] = isSwapped ? [other.value, sample.value] : [sample.value, other.value];
    const value = resultValue(binary, a, b);
    if (value !== null) results.push({ labels, value, timestampMs: atMs, losesName: binary.bool });
  }
  refuseDuplicates(results, scope);
  return results;
}

/** `null` if a comparison filters the sample out. */
function resultValue({ op, bool }: ElementBinary, left: number, right: number): number | null {
  const result = apply(op, left, right);
  if (!isComparison(op) || bool) return Number(result);
  return result === true ? left : null;
}

function onePerSignature(
  samples: readonly Sample[],
  signature: (labels: Labels) => string,
  matching: VectorMatching,
): ReadonlyMap<string, Sample> {
  const ones = new Map<string, Sample>();
  for (const sample of samples) {
    const key = signature(sample.labels);
    const before = ones.get(key);
    if (before !== undefined) {
      const group = labelsText(matchedLabels(sample.labels, matching));
      const side = matching.cardinality === "one-to-many" ? "left" : "right";
      const pair = [labelsText(sample.labels), labelsText(before.labels)].sort().join(", ");
      throw evaluationError(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${pair}]` +
          ";many-to-many matching not allowed: matching labels must be unique on one side",
      );
    }
    ones.set(key, sample);
  }
  return ones;
}

/** Refuses what matches more often than the cardinality says. */
class UniqueMatches {
  readonly #isOneToOne: boolean;
  readonly #matched = new Map<string, Set<string>>();

  constructor({ cardinality }: VectorMatching) {
    this.#isOneToOne = cardinality === "one-to-one";
  }

  add(key: string, { key: result }: Labels): void {
    const results = this.#matched.get(key);
    if (results === undefined) {
      this.#matched.set(key, new Set([result]));
      return;
    }
    if (this.#isOneToOne) {
      throw evaluationError(
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
      );
    }
    if (results.has(result)) {
      throw evaluationError("multiple matches for labels: grouping labels must ensure unique matches");
    }
    results.add(result);
  }
}

type ResultLabels = (many: Labels, one: Labels) => Labels;

/** Per expression, and by whether names go at once: the labels of results are asked for at each evaluation. */
const kept = new WeakMap<Binary, Map<boolean, ResultLabels>>();

function resultLabelsOf(binary: ElementBinary, matching: VectorMatching, { options }: Scope): ResultLabels {
  const dropsName = !isComparison(binary.op) || (binary.bool && !options.delayedNameRemoval);
  const known = kept.get(binary) ?? new Map<boolean, ResultLabels>();
  kept.set(binary, known);
  const before = known.get(dropsName);
  if (before !== undefined) return before;
  const made = remembered((many, one) => resultLabels(many, one, matching, dropsName));
  known.set(dropsName, made);
  return made;
}

function remembered(make: ResultLabels): ResultLabels {
  const made = new WeakMap<Labels, WeakMap<Labels, Labels>>();
  return (many, one) => {
    const ofMany = made.get(many) ?? new WeakMap<Labels, Labels>();
    made.set(many, ofMany);
    const known = ofMany.get(one);
    if (known !== undefined) return known;
    const labels = make(many, one);
    ofMany.set(one, labels);
    return labels;
  };
}

function resultLabels(many: Labels, one: Labels, matching: VectorMatching, dropsName: boolean): Labels {
  let labels = dropsName ? many.without(METADATA_LABELS) : many;
  if (matching.cardinality === "one-to-one") {
    const names = new Set(matching.labels);
    labels = matching.on ? labels.only(names) : labels.without(names);
  }
  if (matching.include.length === 0) return labels;
  return labels.with(Object.fromEntries(matching.include.map((name) => [name, one.get(name)])));
}
