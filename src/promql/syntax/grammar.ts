// The official grammar, applied to tokens. The grammar package is made for an editor: it goes on after errors, takes words
// from a fixed list of functions, and binds `offset`, `@` and `[...]` less tightly than Prometheus. So it reads a text in
// which each token stands as the grammar's plainest token of that class, at the same place; an error in its tree is an
// error; and how tightly operators bind is decided afterwards, in `precedence.ts`.

import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { syntaxError } from "./syntax-error.ts";
import { BINARY_SIGNS, type Token, WORD_OPERATORS } from "./token.ts";
import type { Tokens } from "./tokenize.ts";
import { unexpected } from "./unexpected.ts";

export type { SyntaxNode } from "@lezer/common";

/**
 * What names are made of for the grammar package: no digit of a number and no unit of a duration that could stand before it.
 */
const NAME = "q";

const MAX_DEPTH = 500;
const MAX_OPERATORS = 300;
/** From there on the grammar package may break off a chain of long operands, which looks like an error in the text. */
const SAFE_OPERATORS = 150;

const OPERATORS: ReadonlySet<string> = new Set([
  ...BINARY_SIGNS,
  ...WORD_OPERATORS,
  ..."[ offset anchored smoothed".split(" "),
]);

const GROUPS: ReadonlySet<string> = new Set(["group_left", "group_right"]);
const MATCHING: ReadonlySet<string> = new Set(["on", "ignoring", ...GROUPS]);

/**
 * The tree of an expression; it has no error nodes. Positions are those of `text`.
 * @throws DashstreamError `promql_invalid` at the first token that does not fit
 */
export function parseTree(text: string, tokens: Tokens): SyntaxNode {
  const { list, problem } = tokens;
  if (problem?.code === "promql_unsupported") throw problem;
  const operatorCount = checkSize(text, list);
  const { topNode } = parser.parse(plainText(text, list));
  const error = firstError(topNode);
  if (error !== null && operatorCount > SAFE_OPERATORS) {
    throw syntaxError(text, error.from, `unexpected text here, or too many operators: ${operatorCount}`);
  }
  if (error !== null) throw unexpected(text, tokens, error);
  if (problem !== null) throw problem;
  const expr = topNode.firstChild;
  if (expr === null) throw syntaxError(text, 0, "no expression found in input");
  return expr;
}

/**
 * Larger expressions would exhaust the stack, here or in the grammar package; nobody writes them.
 * @returns how many operators there are
 */
function checkSize(text: string, tokens: readonly Token[]): number {
  let depth = 0;
  let operatorCount = 0;
  let inBraces = false;
  for (const { kind, from } of tokens) {
    if (kind === "(") depth++;
    else if (kind === ")") depth--;
    else if (kind === "{" || kind === "}") inBraces = kind === "{";
    else if (OPERATORS.has(kind) && !inBraces) operatorCount++;
    if (depth > MAX_DEPTH) {
      throw syntaxError(text, from, `expression is nested more than ${MAX_DEPTH} levels deep`);
    }
    if (operatorCount > MAX_OPERATORS) {
      throw syntaxError(text, from, `expression has more than ${MAX_OPERATORS} operators`);
    }
  }
  return operatorCount;
}

function firstError(top: SyntaxNode): SyntaxNode | null {
  let first: SyntaxNode | null = null;
  const cursor = top.cursor();
  do {
    if (cursor.type.isError && (first === null || cursor.from < first.from)) first = cursor.node;
  } while (cursor.next());
  return first;
}

/** The text as the grammar package reads it: of the same length, each token where it was. */
function plainText(text: string, tokens: readonly Token[]): string {
  let plain = "";
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "eof") break;
    plain = plain.padEnd(token.from) + plainToken(tokens, index, token);
  }
  return plain.padEnd(text.length);
}

function plainToken(tokens: readonly Token[], index: number, token: Token): string {
  const { length } = token.text;
  switch (token.kind) {
    case "string":
      return `"${"s".repeat(length - 2)}"`;
    // Two of them may stand side by side, as in `5m.5`, and must not become one.
    case "number":
      if (/^[a-z]/i.test(token.text)) return token.text;
      return (token.text.startsWith(".") ? "." : "1").padEnd(length, "1");
    case "duration":
      return token.text.startsWith(".") ? ".".padEnd(length, "1") : "s".padStart(length, "1");
    case "metric-identifier":
      return NAME.repeat(length);
    case "identifier":
      return tokens[index + 1]?.kind === "(" && length > 1 ? "ln".padEnd(length) : NAME.repeat(length);
    case "offset":
    case "anchored":
    case "smoothed":
      return isOperandAt(tokens, index) ? NAME.repeat(length) : token.kind;
    default:
      return token.kind;
  }
}

/** Whether only an operand can stand at `index`; then a keyword is the name of a metric. */
function isOperandAt(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (before === undefined || before.kind === "bool" || GROUPS.has(before.kind)) return true;
  // After the labels of `on` and the like, but not after an expression in parentheses.
  if (before.kind === ")") return MATCHING.has(tokens[openingOf(tokens, index - 1) - 1]?.kind ?? "");
  // `and` is an operator unless it is the name of a metric itself.
  if (WORD_OPERATORS.has(before.kind)) return !isOperandAt(tokens, index - 1);
  return /^[(,+*/%^<>=!-]/.test(before.kind);
}

/** The parenthesis that the one at `closing` closes. */
function openingOf(tokens: readonly Token[], closing: number): number {
  let depth = 0;
  let index = closing;
  for (; index > 0; index--) {
    const kind = tokens[index]?.kind;
    if (kind === ")") depth++;
    if (kind === "(") depth--;
    if (depth === 0) break;
  }
  return index;
}
