// Selectors: a name, and matchers between braces.

import { describeError } from "../../errors.ts";
import type { VectorSelector } from "../ast.ts";
import { METRIC_NAME } from "../labels.ts";
import { createMatcher } from "../matcher.ts";
import type { LabelMatcher } from "../series-store.ts";
import type { Builder } from "./builder.ts";
import { childrenOf } from "./durations.ts";
import type { SyntaxNode } from "./grammar.ts";
import { readString } from "./literals.ts";
import { describeToken, isMetricName, type Token } from "./token.ts";

const OPERATORS: ReadonlySet<string> = new Set(["=", "!=", "=~", "!~"]);

export function buildSelector(node: SyntaxNode, builder: Builder): VectorSelector {
  const identifier = node.getChild("Identifier");
  const name = identifier === null ? "" : nameOf(builder.token(identifier), builder);
  const braces = node.getChild("LabelMatchers");
  const matchers = braces === null ? [] : childrenOf(braces).map((item) => matcherOf(item, builder));
  // Last, as upstream: error messages and printing depend on it.
  if (name !== "") matchers.push(createMatcher(METRIC_NAME, "=", name));
  return {
    kind: "vector-selector",
    name,
    matchers,
    offsetMs: 0,
    at: null,
    returns: "vector",
    from: node.from,
    to: node.to,
  };
}

function nameOf(token: Token, builder: Builder): string {
  if (isMetricName(token)) return token.text;
  throw builder.fail(token.from, `unexpected ${describeToken(token)}`);
}

function matcherOf(node: SyntaxNode, builder: Builder): LabelMatcher {
  const first = builder.token(node);
  const label = first.kind === "string" ? readString(first.text) : first.text;
  if (node.name === "QuotedLabelName") return createMatcher(METRIC_NAME, "=", label);
  const [, operator = node, value = node] = childrenOf(node);
  const op = builder.token(operator).kind;
  if (!isMatchOp(op)) throw builder.fail(operator.from, `unexpected ${op} in label matching`);
  try {
    return createMatcher(label, op, readString(builder.token(value).text));
  } catch (error) {
    throw builder.fail(node.from, describeError(error));
  }
}

function isMatchOp(op: string): op is LabelMatcher["op"] {
  return OPERATORS.has(op);
}
