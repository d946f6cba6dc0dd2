// Where in its file each part of a rule's expression stands, whatever quoting and folding the file has. Kept beside the
// expressions, which know offsets into their own text only.

import type { Expr } from "../../ast.ts";
import type { FilePosition } from "../rule.ts";

type PlaceOf = (offset: number) => FilePosition;

const places = new WeakMap<Expr, PlaceOf>();

/** @param placeOf the place of an offset into the text of `expr` */
export function keepPlaces(expr: Expr, placeOf: PlaceOf): void {
  places.set(expr, placeOf);
}

/**
 * The place of an offset into the text of a rule's expression.
 * @param rule one that `readRuleFile` gave; of others it is the place of the rule
 */
export function placeInside(
  { expr, position }: { readonly expr: Expr; readonly position: FilePosition },
  offset: number,
): FilePosition {
  return places.get(expr)?.(offset) ?? position;
}
