// Guesses which name somebody meant.

/** Number of characters to insert, delete or replace to turn `a` into `b` (Levenshtein distance). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((current[column - 1] ?? 0) + 1, (previous[column] ?? 0) + 1, replace));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** A quarter of the characters may be wrong; with more it is a guess that misleads. */
const WRONG_SHARE = 0.25;

/** The name most like `text`, or `null` if none is close. */
export function nearestName(text: string, names: readonly string[]): string | null {
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of names) {
    const edits = distance(text, name);
    if (edits <= name.length * WRONG_SHARE && (best === null || edits < best.edits)) best = { name, edits };
  }
  return best?.name ?? null;
}
