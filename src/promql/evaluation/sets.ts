// The set operators: `and`, `or`, `unless`.

import type { SetOp, VectorMatching } from "../ast.ts";
import type { Sample } from "./sample.ts";
import { signatureOf } from "./signature.ts";

export function combineSets(
  op: SetOp,
  matching: VectorMatching,
  left: readonly Sample[],
  right: readonly Sample[],
): readonly Sample[] {
  const signature = signatureOf(matching);
  const of = (samples: readonly Sample[]) => new Set(samples.map(({ labels }) => signature(labels)));
  switch (op) {
    case "and": {
      if (left.length === 0 || right.length === 0) return [];
      const there = of(right);
      return left.filter(({ labels }) => there.has(signature(labels)));
    }
    case "unless": {
      if (left.length === 0 || right.length === 0) return left;
      const there = of(right);
      return left.filter(({ labels }) => !there.has(signature(labels)));
    }
    case "or": {
      if (left.length === 0) return right;
      if (right.length === 0) return left;
      const there = of(left);
      return [...left, ...right.filter(({ labels }) => !there.has(signature(labels)))];
    }
  }
}
