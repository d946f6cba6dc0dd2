// Guesses which name somebody meant: one with a few wrong letters, or one of whose words some were left out.

/**
 * Number of characters to insert, delete, replace or swap with their neighbour to turn `a` into `b` (Damerau-Levenshtein
 * distance, optimal string alignment).
 */
function distance(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = swapped ? (beforePrevious[column - 2] ?? 0) + 1 : replace;
      current.push(Math.min((current[column - 1] ?? 0) + 1, (previous[column] ?? 0) + 1, replace, swap));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Wrong letters that a word of this length may have; short ones are other words then (`PORT`, `HOST`). */
function allowedEdits(length: number): number {
  if (length < 4) return 0;
  return length < 8 ? 1 : 2;
}

/** Of a name so much has to be there, or it is only a beginning that many share. */
const PRESENT_SHARE = 0.6;
/** Words left out weigh as much as one wrong letter, however many they are. */
const LEFT_OUT = 1;

/** Wrong letters where `text` has the first and the other words of `name` in their order without some; or `null`. */
function leftOutWords(text: string, name: string): number | null {
  if (text.length >= name.length || text.length < name.length * PRESENT_SHARE) return null;
  const given = text.split("_");
  const wanted = name.split("_");
  if (given.length < 2 || given.length >= wanted.length) return null;
  let edits = LEFT_OUT;
  let at = 0;
  for (const word of given) {
    const found = wanted.findIndex(
      (other, index) => index >= at && distance(word, other) <= allowedEdits(word.length),
    );
    if (found === -1 || (at === 0 && found > 0)) return null;
    edits += distance(word, wanted[found] ?? "");
    at = found + 1;
  }
  return edits;
}

/**
 * The name most like `text`, or `null` if none is close. Of equally close ones the first.
 * @param wrongShare so much of a name's letters may be wrong, but always one
 */
export function nearestName(text: string, names: readonly string[], wrongShare: number): string | null {
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of names) {
    const letters = distance(text, name);
    const words = leftOutWords(text, name);
    if (letters > Math.max(1, name.length * wrongShare) && words === null) continue;
    const edits = Math.min(letters, words ?? letters);
    if (best === null || edits < best.edits) best = { name, edits };
  }
  return best?.name ?? null;
}

/** The end of a message about a name that is not known: `; did you mean X?`, or nothing. */
export function nearestHint(text: string, names: readonly string[], wrongShare: number): string {
  const nearest = nearestName(text, names, wrongShare);
  return nearest === null ? "" : `; did you mean ${nearest}?`;
}

/** So many names are listed where none is close. */
const MAX_LISTED = 12;

/** The same, but where none is close it says what there is: `; expected one of A, B and 3 more`. */
export function nearestOrListed(text: string, names: readonly string[], wrongShare: number): string {
  const hint = nearestHint(text, names, wrongShare);
  if (hint !== "" || names.length === 0) return hint;
  const more = names.length - MAX_LISTED;
  const listed = names.slice(0, MAX_LISTED).join(", ");
  const expected = names.length === 1 ? "expected" : "expected one of";
  return `; ${expected} ${listed}${more > 0 ? ` and ${more} more` : ""}`;
}
