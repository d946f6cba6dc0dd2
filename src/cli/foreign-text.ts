// Text that strangers wrote, on one line of a terminal: control characters, which could move the cursor or retitle the
// window, never get through.

/** What terminals obey, and what turns the order of letters round. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const PLAIN = /^[\p{L}\p{N}._:@/+=-]+$/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** Text to be read, at most `maxLength` characters of it. */
export function printable(text: string, maxLength: number): string {
  const clean = text.replaceAll(CONTROL, "\u{fffd}");
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

/** A name to be typed again: itself if it is plain, else a JSON string in which every character shows. */
export function quoted(name: string): string {
  if (PLAIN.test(name)) return name;
  return JSON.stringify(name).replaceAll(INVISIBLE, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
