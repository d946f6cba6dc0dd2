// What stands between a binary operator and its right side: `bool`, `on`, `ignoring`, `group_left`, `group_right`.

import type { VectorMatching } from "../ast.ts";
import type { Builder } from "./builder.ts";
import type { SyntaxNode } from "./grammar.ts";

export interface Modifiers {
  readonly bool: boolean;
  /** As written; whether both sides are vectors is checked afterwards. */
  readonly matching: VectorMatching;
}

/** @param node a BinaryExpr; @throws DashstreamError `promql_invalid` if it fills in missing series */
export function buildMatching(node: SyntaxNode, builder: Builder): Modifiers {
  const fill = node.getChild("FillModifier");
  if (fill !== null) {
    throw builder.fail(fill.from, "fill modifiers of binary operators are experimental and not supported");
  }
  const bool = node.getChild("BoolModifier") !== null;
  const clause = node.getChild("MatchingModifierClause");
  if (clause === null) {
    return { bool, matching: { cardinality: "one-to-one", on: false, labels: [], include: [] } };
  }
  const [labels = null, include = null] = clause.getChildren("GroupingLabels");
  const isLeft = clause.getChild("GroupLeft") !== null;
  const isRight = clause.getChild("GroupRight") !== null;
  return {
    bool,
    matching: {
      cardinality: isLeft ? "many-to-one" : isRight ? "one-to-many" : "one-to-one",
      on: clause.getChild("On") !== null,
      labels: labels === null ? [] : builder.labels(labels),
      include: include === null ? [] : builder.labels(include),
    },
  };
}
