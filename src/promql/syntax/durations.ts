// Durations in ranges, steps and offsets: literals, and arithmetic with them. Those with `step()` and `range()` stay open
// until an evaluation says what these are.

import type { EvaluationShape, OpenDuration } from "../ast.ts";
import type { SyntaxNode } from "./grammar.ts";
import { type Literal, readDuration, readNumber } from "./literals.ts";
import type { Token } from "./token.ts";

/** Longest duration of Go, in seconds. */
const MAX_SECONDS = 2 ** 63 / 1e9;

export interface DurationReader {
  readonly text: string;
  readonly token: (node: SyntaxNode) => Token;
  readonly fail: (at: number, reason: string) => Error;
}

/** A duration; the number of one that is open counts for nothing. */
export interface ReadDuration {
  readonly ms: number;
  readonly open?: OpenDuration;
}

/** Seconds of a number or a duration, as written. */
export function readQuantity(token: Token): Literal<number> {
  return token.kind === "duration" ? readDuration(token.text) : readNumber(token.text);
}

/** A length: whole milliseconds, more than 0. */
export function readRange(node: SyntaxNode, reader: DurationReader): ReadDuration {
  return openOrRead(node, reader, (shape) => {
    const { seconds, isLiteral } = durationSeconds(node, reader, shape);
    if (!(seconds > 0)) throw reader.fail(node.from, "duration must be greater than 0");
    return toMs(seconds, isLiteral);
  });
}

/** Whole milliseconds; negative = later. */
export function readOffset(node: SyntaxNode, reader: DurationReader): ReadDuration {
  return openOrRead(node, reader, (shape) => {
    const { seconds, isLiteral } = durationSeconds(node, reader, shape);
    return toMs(seconds, isLiteral);
  });
}

function openOrRead(node: SyntaxNode, reader: DurationReader, read: OpenDuration): ReadDuration {
  if (!isOpen(node)) return { ms: read({ stepMs: 0, rangeMs: 0 }) };
  refuseZeroDivisors(node, reader);
  return { ms: 0, open: read };
}

/** Those that are literals are errors of the text, whatever an evaluation says. */
function refuseZeroDivisors(node: SyntaxNode, reader: DurationReader): void {
  const children = childrenOf(node);
  const [, sign, divisor] = children;
  if (sign !== undefined && divisor !== undefined && !isOpen(divisor)) {
    const { kind } = reader.token(sign);
    const { seconds, isLiteral } = evaluate(divisor, reader, { stepMs: 0, rangeMs: 0 });
    if ((kind === "/" || kind === "%") && isLiteral) arithmetic(kind, 1, seconds, sign.from, reader);
  }
  for (const child of children) refuseZeroDivisors(child, reader);
}

function isOpen(node: SyntaxNode): boolean {
  if (node.name === "DurationStep" || node.name === "DurationRange") return true;
  return childrenOf(node).some(isOpen);
}

interface Duration {
  readonly seconds: number;
  readonly isLiteral: boolean;
}

/** A literal is rounded to nanoseconds and cut to milliseconds, the result of arithmetic just cut, as upstream. */
function toMs(seconds: number, isLiteral: boolean): number {
  const ms = isLiteral ? Math.round(seconds * 1e9) / 1e6 : seconds * 1000;
  // Without the addition, an offset of -0.
  return Math.trunc(ms) + 0;
}

function durationSeconds(node: SyntaxNode, reader: DurationReader, shape: EvaluationShape): Duration {
  const duration = evaluate(node, reader, shape);
  const { seconds } = duration;
  if (!Number.isFinite(seconds)) throw reader.fail(node.from, "duration is NaN or infinite");
  if (Math.abs(seconds) > MAX_SECONDS) throw reader.fail(node.from, "duration out of range");
  return duration;
}

function evaluate(node: SyntaxNode, reader: DurationReader, shape: EvaluationShape): Duration {
  const children = childrenOf(node);
  const [first, second, third] = children;
  if (first === undefined) return literal(node, reader);
  if (first.name === "UnaryOp" && second !== undefined) {
    const operand = evaluate(second, reader, shape);
    const isNegative = reader.text[first.from] === "-";
    return { ...operand, seconds: isNegative ? -operand.seconds : operand.seconds };
  }
  if (second !== undefined && third !== undefined && /^[+\-*/%^]$/.test(reader.token(second).kind)) {
    const left = evaluate(first, reader, shape).seconds;
    const right = evaluate(third, reader, shape).seconds;
    const sign = reader.token(second).kind;
    return { seconds: arithmetic(sign, left, right, second.from, reader), isLiteral: false };
  }
  if (first.name.startsWith("DurationM")) {
    const [a = 0, b = 0] = children.slice(1).map((child) => evaluate(child, reader, shape).seconds);
    const isMax = first.name === "DurationMaxOf";
    return { seconds: isMax ? Math.max(a, b) : Math.min(a, b), isLiteral: false };
  }
  if (first.name === "DurationStep") return { seconds: shape.stepMs / 1000, isLiteral: false };
  if (first.name === "DurationRange") return { seconds: shape.rangeMs / 1000, isLiteral: false };
  return evaluate(first, reader, shape);
}

function literal(node: SyntaxNode, reader: DurationReader): Duration {
  const value = readQuantity(reader.token(node));
  if ("problem" in value) throw reader.fail(node.from, value.problem);
  return { seconds: value.value, isLiteral: true };
}

function arithmetic(sign: string, left: number, right: number, at: number, { fail }: DurationReader): number {
  switch (sign) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "^":
      return left ** right;
    default:
      if (right === 0) throw fail(at, sign === "/" ? "division by zero" : "modulo by zero");
      return sign === "/" ? left / right : left % right;
  }
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}
