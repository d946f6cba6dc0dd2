// Files of variables, as docker compose reads them beside a compose file: `NAME=value` a line, quotes, comments.

const LINE =
  /^\s*(?:export\s+)?(?<name>[A-Za-z_][\w.]*)\s*=\s*(?:'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<plain>.*?))\s*(?:\s#.*)?$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** The variables of a file; lines that set nothing are passed over. */
export function parseDotenv(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const groups = LINE.exec(line)?.groups;
    if (groups?.name === undefined) continue;
    const { name, single, double, plain = "" } = groups;
    variables[name] =
      single ?? double?.replaceAll(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char) ?? plain;
  }
  return variables;
}
