// Patterns of keys as Redis reads them: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and a backslash before what is meant as
// it stands.

const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;
const literal = (text: string) => text.replace(SPECIAL, "\\$&");

/** A test for whole names. */
export function globPattern(pattern: string): (name: string) => boolean {
  const expression = new RegExp(`^${translate(pattern)}$`, "s");
  return (name) => expression.test(name);
}

function translate(pattern: string): string {
  let out = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? "";
    if (char === "*") out += ".*";
    else if (char === "?") out += ".";
    else if (char === "\\" && i + 1 < pattern.length) out += literal(pattern[++i] ?? "");
    else if (char === "[") {
      const end = endOfSet(pattern, i + 1);
      out += translateSet(pattern.slice(i + 1, end));
      i = end;
    } else out += literal(char);
  }
  return out;
}

/** Position of the closing bracket; the end of the pattern if it has none. */
function endOfSet(pattern: string, from: number): number {
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "]") return i;
  }
  return pattern.length;
}

function translateSet(body: string): string {
  const isNegated = body.startsWith("^");
  const parts = (isNegated ? body.slice(1) : body).match(/\\?.-\\?.|\\?./gs) ?? [];
  const set = parts.map((part) => {
    const chars = part.replace(/\\(.)/gs, "$1");
    const isRange = chars.length === 3 && chars[1] === "-";
    if (!isRange) return literal(chars);
    const [low = "", , high = ""] = chars;
    return low <= high ? `${literal(low)}-${literal(high)}` : `${literal(high)}-${literal(low)}`;
  });
  if (set.length === 0) return isNegated ? "." : "(?!)";
  return `[${isNegated ? "^" : ""}${set.join("")}]`;
}
