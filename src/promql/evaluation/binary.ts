// Binary operators: numbers with numbers, vectors with numbers, vectors with vectors.

import type { Binary, SetOp } from "../ast.ts";
import { isComparison, isSetOp } from "../syntax/check.ts";
import { apply, type ElementOp } from "./arithmetic.ts";
import { refuseDuplicates } from "./duplicates.ts";
import { combineVectors } from "./matching.ts";
import { type Evaluated, type Sample, scalarOf, vectorOf, withoutMetadata } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";
import { combineSets } from "./sets.ts";
import { matchingOf } from "./signature.ts";

export function evaluateBinary(
  binary: Binary,
  left: Evaluated,
  right: Evaluated,
  atMs: number,
  scope: Scope,
): Evaluated {
  if (left.kind === "vector" && right.kind === "vector") {
    if (isSet(binary))
      return vectorOf(combineSets(binary.op, matchingOf(binary), left.samples, right.samples));
    if (isElement(binary)) return vectorOf(combineVectors(binary, left.samples, right.samples, atMs, scope));
  }
  if (!isElement(binary)) throw evaluationError(`set operator ${binary.op} needs two vectors`);
  if (left.kind === "scalar" && right.kind === "scalar") {
    return scalarOf(Number(apply(binary.op, left.value, right.value)));
  }
  if (left.kind === "vector" && right.kind === "scalar") {
    return vectorOf(withNumber(binary, left.samples, right.value, false, scope));
  }
  if (left.kind === "scalar" && right.kind === "vector") {
    return vectorOf(withNumber(binary, right.samples, left.value, true, scope));
  }
  throw evaluationError("binary expression must contain only scalar and instant vector types");
}

type SetBinary = Binary & { readonly op: SetOp };
type ElementBinary = Binary & { readonly op: ElementOp };

function isSet(binary: Binary): binary is SetBinary {
  return isSetOp(binary.op);
}

function isElement(binary: Binary): binary is ElementBinary {
  return !isSetOp(binary.op);
}

function withNumber(
  { op, bool }: ElementBinary,
  samples: readonly Sample[],
  number: number,
  isNumberLeft: boolean,
  scope: Scope,
): readonly Sample[] {
  const isFilter = isComparison(op) && !bool;
  const results: Sample[] = [];
  for (const sample of samples) {
    const result = isNumberLeft ? apply(op, number, sample.value) : apply(op, sample.value, number);
    if (isFilter) {
      if (result === true) results.push(sample);
      continue;
    }
    const { timestampMs } = sample;
    const labels = scope.options.delayedNameRemoval ? sample.labels : withoutMetadata(sample.labels);
    results.push({ labels, value: Number(result), timestampMs, losesName: true });
  }
  if (!isFilter) refuseDuplicates(results, scope);
  return results;
}
