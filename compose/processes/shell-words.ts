// Words of a shell's command line: taken out of a text (blanks, quotes, backslashes, nothing more), and put into one.

const PART = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\([\s\S])|([^\s'"\\]+)/g;

/** The words of `text`. */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [whole, single, double, escaped, plain] of text.matchAll(PART)) {
    if (/^\s/.test(whole)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const part = single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "";
    word = (word ?? "") + part;
  }
  return word === null ? words : [...words, word];
}

/** `word` as a shell reads it back unchanged. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
