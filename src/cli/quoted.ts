// Names that strangers chose, so that a person sees every character of them, and no terminal obeys one.

const PLAIN = /^[\p{L}\p{N}._:@/+=-]+$/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** The name itself if it is plain, else a JSON string of visible characters. */
export function quoted(name: string): string {
  if (PLAIN.test(name)) return name;
  return JSON.stringify(name).replaceAll(INVISIBLE, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
