// Names that letters bring along, told apart only so far, because strangers choose them.

/** Stands for a value that is not there. */
export const NONE = "(none)";
const OTHER = "(other)";

/**
 * Under what a value is counted: its own name, `(none)` if there is no value, and `(other)` if `known` has `maxNames`
 * without it.
 */
export function boundedName(
  value: string | null,
  known: ReadonlyMap<string, unknown>,
  maxNames: number,
): string {
  const name = value ?? NONE;
  return known.has(name) || known.size < maxNames ? name : OTHER;
}
