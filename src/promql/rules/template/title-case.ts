// Title case as `title` gives it (golang.org/x/text/cases for American English, without lowering): the first cased letter
// of each word. What ends a word is that package's approximation of Unicode word boundaries.

const CASED = /^\p{Cased}$/u;
/** Between two letters of one word, if alone. */
const MID = /^[.:'·\u2018\u2019\u2024\u2027\u0387\u05f4\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]$/u;
/** What never ends a word. */
const LETTER = /^[\p{L}\p{M}\p{Nd}\p{Pc}\p{Cf}]$/u;

export function titleCase(text: string): string {
  let result = "";
  let isInWord = false;
  let wasMid = false;
  for (const rune of text) {
    const isMid = MID.test(rune);
    if (wasMid && isMid) isInWord = false;
    if (CASED.test(rune)) {
      result += isInWord ? rune : raised(rune);
      isInWord = true;
    } else {
      result += rune;
      if (!isMid && !LETTER.test(rune)) isInWord = false;
    }
    wasMid = isMid;
  }
  return result;
}

/** One letter may become two, the second of which stays small. */
function raised(rune: string): string {
  const [first = "", ...rest] = [...rune.toUpperCase()];
  return first + rest.join("").toLowerCase();
}
