// `eq`, `ne`, `lt`, `le`, `gt`, `ge` of text/template: both sides must be of one kind, a whole number is no float.

import { failure } from "./failure.ts";
import { sprint } from "./format.ts";
import type { FunctionTable } from "./function.ts";
import { type GoValue, goBool, NIL, typeName } from "./value.ts";

type Basic = Extract<GoValue, { readonly kind: "bool" | "int" | "float" | "string" }>;

function isBasic(value: GoValue): value is Basic {
  return ["bool", "int", "float", "string"].includes(value.kind);
}

function incompatible(a: GoValue, b: GoValue): Error {
  return failure(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

function areEqual(a: GoValue, b: GoValue): boolean {
  if (a.kind === "nil" || b.kind === "nil") return a.kind === b.kind;
  if (isBasic(a) !== isBasic(b)) throw incompatible(a, b);
  if (!isBasic(a) || !isBasic(b)) throw failure(`non-comparable type ${sprint([b])}: ${typeName(b)}`);
  if (a.kind !== b.kind) throw incompatible(a, b);
  return a.value === b.value;
}

function isLess(a: GoValue, b: GoValue): boolean {
  if (!isBasic(a) || !isBasic(b)) throw failure("invalid type for comparison");
  if (a.kind === "int" && b.kind === "int") return a.value < b.value;
  if (a.kind === "float" && b.kind === "float") return a.value < b.value;
  if (a.kind === "string" && b.kind === "string") return codePointOrder(a.value, b.value) < 0;
  throw a.kind === "bool" && b.kind === "bool" ? failure("invalid type for comparison") : incompatible(a, b);
}

/** Go compares bytes of UTF-8, which is the order of code points. */
function codePointOrder(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, rune] of left.entries()) {
    const difference = (rune.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** As Go builds it: less, or equal; a NaN is neither. */
function isLessOrEqual(a: GoValue, b: GoValue): boolean {
  return isLess(a, b) || areEqual(a, b);
}

export const COMPARISONS: FunctionTable = {
  eq: {
    params: ["any", "any"],
    isVariadic: true,
    call([first = NIL, ...others]) {
      if (others.length === 0) throw failure("missing argument for comparison");
      return goBool(others.some((other) => areEqual(first, other)));
    },
  },
  ne: { params: ["any", "any"], call: ([a = NIL, b = NIL]) => goBool(!areEqual(a, b)) },
  lt: { params: ["any", "any"], call: ([a = NIL, b = NIL]) => goBool(isLess(a, b)) },
  le: { params: ["any", "any"], call: ([a = NIL, b = NIL]) => goBool(isLessOrEqual(a, b)) },
  gt: { params: ["any", "any"], call: ([a = NIL, b = NIL]) => goBool(!isLessOrEqual(a, b)) },
  ge: { params: ["any", "any"], call: ([a = NIL, b = NIL]) => goBool(!isLess(a, b)) },
};
