// What is said about the first token that does not fit: its name, where it stands and what could stand there, as near to the
// words of Prometheus as the grammar package's tree allows.

import type { SyntaxNode } from "@lezer/common";
import type { DashstreamError } from "../../errors.ts";
import { syntaxError, unsupportedSyntax } from "./syntax-error.ts";
import { describeToken, type Token } from "./token.ts";
import type { Tokens } from "./tokenize.ts";

/** By the node in which the error is. */
const CONTEXTS: Readonly<Record<string, string>> = {
  AggregateModifier: ' in grouping opts, expected "("',
  MatchingModifierClause: ' in grouping opts, expected "("',
  OffsetExpr: " in offset, expected number, duration, step(), or range()",
  StepInvariantExpr: " in @, expected timestamp",
  MatrixSelector: ' in subquery or range, expected ":" or "]"',
  SubqueryExpr: ' in subquery selector, expected "]"',
};

const LABEL_MATCHING: ReadonlySet<string> = new Set([
  "LabelMatchers",
  "UnquotedLabelMatcher",
  "QuotedLabelMatcher",
  "QuotedLabelName",
]);

/** @param error the first error node */
export function unexpected(text: string, { list, problem }: Tokens, error: SyntaxNode): DashstreamError {
  const index = list.findIndex(({ to, kind }) => to > error.from || kind === "eof");
  const token = list[index];
  const before = list[index - 1];
  if (problem !== null && token?.kind === "eof") return problem;
  if (token === undefined || before === undefined) {
    if (list.length <= 1) return syntaxError(text, 0, "no expression found in input");
    return syntaxError(text, token?.from ?? 0, `unexpected ${describeToken(token ?? EMPTY)}`);
  }
  if (token.kind === "(" && (before.kind === "min_of" || before.kind === "max_of")) {
    const called = `function "${before.kind}"`;
    return unsupportedSyntax(text, before.from, `${called} is experimental and not supported`);
  }
  // The grammar package takes no function whose name is one letter.
  if (token.kind === "(" && before.kind === "identifier" && before.text.length === 1) {
    return syntaxError(text, before.from, `unknown function with name "${before.text}"`);
  }
  const parent = error.parent?.name ?? "";
  if (token.kind === ")" && before.kind === "," && parent === "FunctionCallBody") {
    return syntaxError(text, before.from, "trailing commas not allowed in function call args");
  }
  return syntaxError(text, token.from, `unexpected ${describeToken(token)}${context(error, before)}`);
}

const RANGE_START = " in subquery or range selector, expected number, duration, step(), or range()";
const EMPTY: Token = { kind: "eof", text: "", from: 0, to: 0 };

function context(error: SyntaxNode, before: Token): string {
  const parent = error.parent?.name ?? "";
  if (before.kind === "[") return RANGE_START;
  if (LABEL_MATCHING.has(parent)) return ` in label matching, expected ${labelExpectation(before)}`;
  if (parent === "GroupingLabels") {
    const isStart = before.kind === "(" || before.kind === ",";
    return ` in grouping opts, expected ${isStart ? "label" : '"," or ")"'}`;
  }
  if (parent === "MatchingModifierClause" && before.kind === ")") return "";
  return CONTEXTS[parent] ?? (isInAggregation(error) ? " in aggregation" : "");
}

function labelExpectation({ kind }: Token): string {
  if (kind === "{" || kind === ",") return 'identifier or "}"';
  if (kind === "identifier") return "label matching operator";
  return kind === "string" ? '"," or "}"' : "string";
}

function isInAggregation(error: SyntaxNode): boolean {
  for (let node: SyntaxNode | null = error; node !== null; node = node.parent) {
    if (node.parent?.name !== "AggregateExpr") continue;
    // After the name alone it is the name of a metric.
    if (node.name === "FunctionCallBody") return true;
    const modifier = node.parent.getChild("AggregateModifier");
    if (modifier !== null && modifier.to <= error.from) return true;
  }
  return false;
}
