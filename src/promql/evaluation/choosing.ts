// The aggregations that choose samples of each group and leave them as they are: topk, bottomk, limitk, limit_ratio.

import type { Expr } from "../ast.ts";
import { formatG } from "../go-number.ts";
import type { Group } from "./grouping.ts";
import { labelsHashFraction } from "./labels-hash.ts";
import type { Sample } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";
import { ValueHeap } from "./value-heap.ts";

export type ChoosingOp = "topk" | "bottomk" | "limitk" | "limit_ratio";

/** Numbers that Go's int64 cannot hold. */
const INT64 = 2 ** 63;

export interface Choice {
  /** Made only if samples are chosen at all. */
  readonly groups: () => readonly Group[];
  readonly parameter: number;
  /** In all groups together. */
  readonly sampleCount: number;
  /** What remarks are about. */
  readonly about: Expr;
}

/** @throws DashstreamError `promql_invalid` if the parameter is no number of samples, or no ratio */
export function choose(op: ChoosingOp, choice: Choice, scope: Scope): readonly Sample[] {
  const { groups, parameter, sampleCount } = choice;
  if (op === "limit_ratio") return chooseRatio(choice, scope);
  if (parameter < 1) return [];
  if (Number.isNaN(parameter)) throw evaluationError("Parameter value is NaN");
  if (parameter >= INT64) throw evaluationError(`Scalar value ${formatG(parameter)} overflows int64`);
  const count = Math.min(Math.trunc(parameter), sampleCount);
  return groups().flatMap((group) => chooseCount(op, group, count));
}

function chooseCount(
  op: "topk" | "bottomk" | "limitk",
  { samples }: Group,
  count: number,
): readonly Sample[] {
  const heap = new ValueHeap(op === "bottomk" ? "smallest" : "largest");
  for (const sample of samples) {
    if (heap.length < count) heap.push(sample);
    else if (op === "limitk") break;
    else heap.offer(sample);
  }
  return op === "limitk" ? heap.unsorted() : heap.sorted();
}

function chooseRatio({ groups, parameter: ratio, about }: Choice, scope: Scope): readonly Sample[] {
  if (ratio === 0) return [];
  if (Number.isNaN(ratio)) throw evaluationError("Ratio value is NaN");
  const capped = Math.max(-1, Math.min(1, ratio));
  if (capped !== ratio) {
    const range = "ratio value should be between -1 and 1";
    scope.warn(`PromQL warning: ${range}, got ${formatG(ratio)}, capping to ${formatG(capped)}`, about);
  }
  return groups().flatMap(({ samples }) => {
    const heap = new ValueHeap("largest");
    for (const sample of samples) {
      const at = labelsHashFraction(sample.labels);
      if (capped >= 0 ? at < capped : at >= 1 + capped) heap.push(sample);
    }
    return heap.unsorted();
  });
}
