// Reads the arguments of a call. The parser has checked their kinds, so that one which doesn't fit is a defect.

import { DashstreamError } from "../../errors.ts";
import type { Expr } from "../ast.ts";
import type { Argument, ArgumentSample, CallContext } from "./function.ts";

type ArgumentOf<K extends Argument["kind"]> = Extract<Argument, { readonly kind: K }>;

function isKind<K extends Argument["kind"]>(argument: Argument, kind: K): argument is ArgumentOf<K> {
  return argument.kind === kind;
}

function argument<K extends Argument["kind"]>({ args }: CallContext, index: number, kind: K): ArgumentOf<K> {
  const found = args[index];
  if (found && isKind(found, kind)) return found;
  throw new DashstreamError("invariant", `argument ${index + 1} is ${found?.kind ?? "missing"}, not ${kind}`);
}

export const scalarArgument = (context: CallContext, index: number): number =>
  argument(context, index, "scalar").value;

export const stringArgument = (context: CallContext, index: number): string =>
  argument(context, index, "string").value;

export const samplesArgument = (context: CallContext, index: number): readonly ArgumentSample[] =>
  argument(context, index, "vector").samples;

export const matrixArgument = (context: CallContext, index: number): ArgumentOf<"matrix"> =>
  argument(context, index, "matrix");

/** An argument as it was written. */
export function writtenArgument({ exprs }: CallContext, index: number): Expr {
  const expr = exprs[index];
  if (expr) return expr;
  throw new DashstreamError("invariant", `argument ${index + 1} is missing`);
}
