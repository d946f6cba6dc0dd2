// Durations in ranges, steps and offsets: literals, and arithmetic with them. `step()` and `range()`, which depend on the
// evaluation, are refused.

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

/** Seconds of a number or a duration, as written. */
export function readQuantity(token: Token): Literal<number> {
  return token.kind === "duration" ? readDuration(token.text) : readNumber(token.text);
}

/** @returns whole milliseconds, more than 0 */
export function readRangeMs(node: SyntaxNode, reader: DurationReader): number {
  const { seconds, isLiteral } = durationSeconds(node, reader);
  if (!(seconds > 0)) throw reader.fail(node.from, "duration must be greater than 0");
  return toMs(seconds, isLiteral);
}

/** @returns whole milliseconds; negative = later */
export function readOffsetMs(node: SyntaxNode, reader: DurationReader): number {
  const { seconds, isLiteral } = durationSeconds(node, reader);
  return toMs(seconds, isLiteral);
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

function durationSeconds(node: SyntaxNode, reader: DurationReader): Duration {
  const duration = evaluate(node, reader);
  const { seconds } = duration;
  if (!Number.isFinite(seconds)) throw reader.fail(node.from, "duration is NaN or infinite");
  if (Math.abs(seconds) > MAX_SECONDS) throw reader.fail(node.from, "duration out of range");
  return duration;
}

function evaluate(node: SyntaxNode, reader: DurationReader): Duration {
  const children = childrenOf(node);
  const [first, second, third] = children;
  if (first === undefined) return literal(node, reader);
  if (first.name === "UnaryOp" && second !== undefined) {
    const operand = evaluate(second, reader);
    const isNegative = reader.text[first.from] === "-";
    return { ...operand, seconds: isNegative ? -operand.seconds : operand.seconds };
  }
  if (second !== undefined && third !== undefined && /^[+\-*/%^]$/.test(reader.token(second).kind)) {
    const left = evaluate(first, reader).seconds;
    const right = evaluate(third, reader).seconds;
    const sign = reader.token(second).kind;
    return { seconds: arithmetic(sign, left, right, second.from, reader), isLiteral: false };
  }
  if (first.name.startsWith("DurationM")) {
    const [a = 0, b = 0] = children.slice(1).map((child) => evaluate(child, reader).seconds);
    const isMax = first.name === "DurationMaxOf";
    return { seconds: isMax ? Math.max(a, b) : Math.min(a, b), isLiteral: false };
  }
  if (first.name === "DurationStep" || first.name === "DurationRange") {
    const word = reader.token(first).text;
    throw reader.fail(first.from, `${word}() in a duration is not supported`);
  }
  return evaluate(first, reader);
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
