// How tightly operators bind, as in Prometheus (the %left and %right lines of promql/parser/generated_parser.y). The tree of
// the grammar package is first laid out flat, in the order of the text, then put together anew.

import type { ArithmeticOp, ComparisonOp, SetOp } from "../ast.ts";
import type { SyntaxNode } from "./grammar.ts";

export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

/** A piece of an expression. `suffix` is `[...]`, `offset ...` or `@ ...`. */
export type Piece =
  | { readonly kind: "sign"; readonly sign: "+" | "-"; readonly from: number }
  | { readonly kind: "operand"; readonly node: SyntaxNode }
  | { readonly kind: "suffix"; readonly node: SyntaxNode }
  | { readonly kind: "operator"; readonly op: BinaryOp; readonly node: SyntaxNode };

const LEVELS: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  "==": 3,
  "!=": 3,
  ">": 3,
  "<": 3,
  ">=": 3,
  "<=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
  atan2: 5,
  "^": 6,
};

export const LOWEST = 1;
/** A sign binds as `*` does: what it applies to ends at the next operator that does not bind more tightly. */
export const SIGN_OPERAND = 6;

export function precedence(op: BinaryOp): number {
  return LEVELS[op];
}

/** The least level that the right side of an operator takes in; only `^` associates to the right. */
export function rightSide(op: BinaryOp): number {
  return op === "^" ? LEVELS[op] : LEVELS[op] + 1;
}

export function isBinaryOp(op: string): op is BinaryOp {
  return Object.hasOwn(LEVELS, op);
}

const SUFFIXES: ReadonlySet<string> = new Set([
  "OffsetExpr",
  "MatrixSelector",
  "SubqueryExpr",
  "StepInvariantExpr",
  "AnchoredExpr",
  "SmoothedExpr",
]);

/** @param operatorOf the operator of a BinaryExpr, as written; it may refuse one */
export function flatten(
  top: SyntaxNode,
  text: string,
  operatorOf: (node: SyntaxNode) => BinaryOp,
): readonly Piece[] {
  const pieces: Piece[] = [];
  // What is still to be laid out, the next last. A long chain of operators is as deep as it is long: no recursion here.
  const open: (SyntaxNode | Piece)[] = [top];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("kind" in next) pieces.push(next);
    else open.push(...parts(next, text, operatorOf).reverse());
  }
  return pieces;
}

function parts(
  node: SyntaxNode,
  text: string,
  operatorOf: (node: SyntaxNode) => BinaryOp,
): (SyntaxNode | Piece)[] {
  const { firstChild: first, lastChild: last } = node;
  if (SUFFIXES.has(node.name) && first !== null) return [first, { kind: "suffix", node }];
  if (node.name === "BinaryExpr" && first !== null && last !== null) {
    return [first, { kind: "operator", op: operatorOf(node), node }, last];
  }
  if (node.name === "UnaryExpr" && last !== null) return [signPiece(node, text), last];
  if (node.name === "NumberDurationLiteral" && /[+-]/.test(text[node.from] ?? "")) {
    return [signPiece(node, text), { kind: "operand", node }];
  }
  return [{ kind: "operand", node }];
}

function signPiece({ from }: SyntaxNode, text: string): Piece {
  return { kind: "sign", sign: text[from] === "-" ? "-" : "+", from };
}
