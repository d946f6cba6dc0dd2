// From the grammar's tree to the syntax tree of an expression. Types are checked afterwards, in `check.ts`.

import type { Aggregation, AggregationOp, Expr, NumberLiteral } from "../ast.ts";
import { EXPERIMENTAL_FUNCTIONS, FUNCTIONS } from "../functions/functions.ts";
import { buildMatching, type Modifiers } from "./binary-modifiers.ts";
import { childrenOf, type DurationReader, readQuantity } from "./durations.ts";
import type { SyntaxNode } from "./grammar.ts";
import { readString } from "./literals.ts";
import {
  type BinaryOp,
  flatten,
  isBinaryOp,
  LOWEST,
  type Piece,
  precedence,
  rightSide,
  SIGN_OPERAND,
} from "./precedence.ts";
import { buildSelector } from "./selectors.ts";
import { applySuffix } from "./suffixes.ts";
import { syntaxError, unsupportedSyntax } from "./syntax-error.ts";
import { isGroupingLabel, type Token } from "./token.ts";

const WITH_PARAMETER: ReadonlySet<string> = new Set(
  "topk bottomk count_values quantile limitk limit_ratio".split(" "),
);

/** Builds the expression that `top` is. @throws DashstreamError `promql_invalid` */
export function buildExpr(text: string, tokens: readonly Token[], top: SyntaxNode): Expr {
  return new Builder(text, tokens).expr(top);
}

export class Builder implements DurationReader {
  readonly text: string;
  readonly #tokensByStart: ReadonlyMap<number, Token>;

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.#tokensByStart = new Map(tokens.map((token) => [token.from, token]));
  }

  readonly token = (node: SyntaxNode): Token => {
    const token = this.#tokensByStart.get(node.from);
    if (token === undefined) throw this.fail(node.from, `unexpected ${node.name}`);
    return token;
  };

  readonly fail = (at: number, reason: string): Error => syntaxError(this.text, at, reason);

  readonly unsupported = (at: number, reason: string): Error => unsupportedSyntax(this.text, at, reason);

  expr(node: SyntaxNode): Expr {
    const pieces = flatten(node, this.text, this.#operatorOf);
    return new Chain(this, pieces).expr(LOWEST);
  }

  readonly #operatorOf = (node: SyntaxNode): BinaryOp => {
    const operator = node.firstChild?.nextSibling ?? node;
    const { kind } = this.token(operator);
    if (isBinaryOp(kind)) return kind;
    throw this.unsupported(
      operator.from,
      `operator ${kind} works on native histograms, which are not supported`,
    );
  };

  operand(node: SyntaxNode): Expr {
    const { from, to } = node;
    switch (node.name) {
      case "NumberDurationLiteral":
        return this.number(node);
      case "StringLiteral":
        return { kind: "string", value: readString(this.token(node).text), returns: "string", from, to };
      case "VectorSelector":
        return buildSelector(node, this);
      case "ParenExpr": {
        const expr = this.expr(node.firstChild ?? node);
        return { kind: "paren", expr, returns: expr.returns, from, to };
      }
      case "FunctionCall":
        return this.#call(node);
      case "AggregateExpr":
        return this.#aggregation(node);
      default:
        throw this.fail(from, `unexpected ${node.name}`);
    }
  }

  /** A sign before it is an operator of its own here, as `-1 ^ 2` is -1. */
  number({ from, to }: SyntaxNode): NumberLiteral {
    const start = /[+-]/.test(this.text[from] ?? "") ? this.#tokenAfter(from + 1) : from;
    const token = this.#tokensByStart.get(start);
    if (token === undefined) throw this.fail(from, "unexpected number");
    const value = readQuantity(token);
    if ("problem" in value) throw this.fail(start, value.problem);
    return { kind: "number", value: value.value, returns: "scalar", from: start, to };
  }

  #tokenAfter(at: number): number {
    let start = at;
    while (start < this.text.length && !this.#tokensByStart.has(start)) start++;
    return start;
  }

  #call(node: SyntaxNode): Expr {
    const [identifier, body] = childrenOf(node);
    if (identifier === undefined || body === undefined) throw this.fail(node.from, "unexpected call");
    const name = this.token(identifier).text;
    const declared = FUNCTIONS.get(name);
    if (declared === undefined && EXPERIMENTAL_FUNCTIONS.has(name)) {
      throw this.unsupported(node.from, `function ${JSON.stringify(name)} is experimental and not supported`);
    }
    if (declared === undefined) {
      throw this.fail(node.from, `unknown function with name ${JSON.stringify(name)}`);
    }
    const args = childrenOf(body).map((arg) => this.expr(arg));
    return { kind: "call", name, args, returns: declared.returns, from: node.from, to: node.to };
  }

  #aggregation(node: SyntaxNode): Aggregation {
    const { from, to } = node;
    const op = this.token(node.firstChild ?? node).kind as AggregationOp;
    const body = node.getChild("FunctionCallBody");
    const args = body === null ? [] : childrenOf(body).map((arg) => this.expr(arg));
    if (args.length === 0) throw this.fail(from, "no arguments for aggregate expression provided");
    const expected = WITH_PARAMETER.has(op) ? 2 : 1;
    const expr = args[expected - 1];
    if (args.length !== expected || expr === undefined) {
      const counts = `expected ${expected}, got ${args.length}`;
      throw this.fail(from, `wrong number of arguments for aggregate expression provided, ${counts}`);
    }
    const modifier = node.getChild("AggregateModifier");
    const labels = modifier?.getChild("GroupingLabels") ?? null;
    return {
      kind: "aggregation",
      op,
      expr,
      param: expected === 2 ? (args[0] ?? null) : null,
      without: (modifier?.getChild("Without") ?? null) !== null,
      grouping: labels === null ? [] : this.labels(labels),
      returns: "vector",
      from,
      to,
    };
  }

  /** The labels between the parentheses of `by`, `on`, `group_left` and so on. */
  labels(node: SyntaxNode): readonly string[] {
    return childrenOf(node).map((label) => {
      const token = this.token(label);
      if (token.kind !== "string") {
        if (isGroupingLabel(token)) return token.text;
        throw this.fail(token.from, `unexpected ${token.text} in grouping opts, expected label`);
      }
      const name = readString(token.text);
      if (name !== "") return name;
      throw this.fail(token.from, 'invalid label name for grouping: ""');
    });
  }
}

/** Puts the pieces of one chain of operators together, from left to right. */
class Chain {
  readonly #builder: Builder;
  readonly #pieces: readonly Piece[];
  #next = 0;

  constructor(builder: Builder, pieces: readonly Piece[]) {
    this.#builder = builder;
    this.#pieces = pieces;
  }

  /** Takes in operators that bind at least as tightly as `least`. */
  expr(least: number): Expr {
    let left = this.#signed();
    for (let piece = this.#peek(); piece?.kind === "operator"; piece = this.#peek()) {
      const { op, node } = piece;
      if (precedence(op) < least) break;
      this.#next++;
      const right = this.expr(rightSide(op));
      left = binary(left, op, right, buildMatching(node, this.#builder));
    }
    return left;
  }

  #signed(): Expr {
    const piece = this.#peek();
    if (piece?.kind !== "sign") return this.#operand();
    this.#next++;
    const { sign, from } = piece;
    const expr = this.expr(SIGN_OPERAND);
    if (expr.kind === "number") {
      return { ...expr, value: sign === "-" ? -expr.value : expr.value, from };
    }
    return { kind: "unary", op: sign, expr, returns: expr.returns, from, to: expr.to };
  }

  #operand(): Expr {
    const piece = this.#peek();
    if (piece?.kind !== "operand") throw this.#builder.fail(0, "no expression found in input");
    this.#next++;
    let expr = this.#builder.operand(piece.node);
    for (let suffix = this.#peek(); suffix?.kind === "suffix"; suffix = this.#peek()) {
      this.#next++;
      expr = applySuffix(expr, suffix.node, this.#builder);
      this.#refuseOpenOffset(suffix.node);
    }
    return expr;
  }

  /**
   * Prometheus takes `x offset (5m) * 2` for an offset of ten minutes, and `x offset 5m * 2` for twice the value. The grammar
   * package knows the second only.
   */
  #refuseOpenOffset(suffix: SyntaxNode): void {
    const next = this.#peek();
    if (suffix.name !== "OffsetExpr" || next?.kind !== "operator" || !/^[-+*/%^]$/.test(next.op)) return;
    const { from } = suffix.lastChild ?? suffix;
    if (!/^(\(|[-+]\s*[-+])/.test(this.#builder.text.slice(from))) return;
    const reason = "arithmetic right after an offset in parentheses is not supported";
    throw this.#builder.unsupported(
      from,
      `${reason}; put parentheses round all of the offset, or round the selector`,
    );
  }

  #peek(): Piece | undefined {
    return this.#pieces[this.#next];
  }
}

function binary(left: Expr, op: BinaryOp, right: Expr, { bool, matching }: Modifiers): Expr {
  const returns = left.returns === "scalar" && right.returns === "scalar" ? "scalar" : "vector";
  return { kind: "binary", op, left, right, bool, matching, returns, from: left.from, to: right.to };
}
