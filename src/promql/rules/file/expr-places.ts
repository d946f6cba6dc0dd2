// Where in its file each part of a rule's expression and texts stands, whatever quoting and folding the file has. Kept
// beside those, which know offsets into themselves only.

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

const placesOfTexts = new WeakMap<object, ReadonlyMap<string, PlaceOf>>();

/** @param texts the labels or annotations of a rule */
export function keepTextPlaces(texts: object, placesOf: ReadonlyMap<string, PlaceOf>): void {
  placesOfTexts.set(texts, placesOf);
}

/** The place of an offset into a label or annotation; `null` if no file has it. */
export function placeInText(texts: object, name: string, offset: number): FilePosition | null {
  return placesOfTexts.get(texts)?.get(name)?.(offset) ?? null;
}
