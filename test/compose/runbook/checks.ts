// What a block must print, as checks of what it printed: each says what is wrong, or nothing.

import type { PieceResult } from "./run-pieces.ts";

/** Things that only the situation knows, by name: a halted thread, the id of a trace. */
export type Facts = ReadonlyMap<string, string>;

/** `null`: as it should be. */
export type Check = (result: PieceResult, facts: Facts) => string | null;

/** All of them; the first that is not content speaks. */
export function all(...checks: readonly Check[]): Check {
  return (result, facts) => {
    for (const check of checks) {
      const problem = check(result, facts);
      if (problem !== null) return problem;
    }
    return null;
  };
}

/** The exit codes of the last pipeline, each part of it. */
export function exits(...codes: readonly number[]): Check {
  return ({ statuses }) =>
    JSON.stringify(statuses) === JSON.stringify(codes)
      ? null
      : `exit codes ${JSON.stringify(statuses)}, expected ${JSON.stringify(codes)}`;
}

/** As a program ends that still writes when its reader (`head`) has had enough. */
const CUT_OFF = 141;

/** Every part of the last pipeline ended well. */
export const succeeds: Check = ({ statuses }) =>
  statuses?.every((code, part) => code === 0 || (code === CUT_OFF && part < statuses.length - 1))
    ? null
    : `exit codes ${JSON.stringify(statuses)}, expected 0`;

/** Standard output has it. Facts are filled in for `<name>`. */
export function prints(pattern: RegExp | string): Check {
  return ({ stdout }, facts) => missing(stdout, pattern, facts, "output");
}

export function complains(pattern: RegExp | string): Check {
  return ({ stderr }, facts) => missing(stderr, pattern, facts, "standard error");
}

function missing(text: string, pattern: RegExp | string, facts: Facts, where: string): string | null {
  const wanted = typeof pattern === "string" ? filled(pattern, facts) : pattern;
  const isThere = typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
  return isThere ? null : `${where} lacks ${wanted}`;
}

/** `<name>` becomes the fact of that name. */
export function filled(text: string, facts: Facts): string {
  return text.replaceAll(/<([\w-]+)>/g, (whole, name: string) => facts.get(name) ?? whole);
}

/** Nothing on standard output. */
export const printsNothing: Check = ({ stdout }) => (stdout.trim() === "" ? null : "output, expected none");

/** Lines of standard output, not counting empty ones. */
export function lines(least: number, each: RegExp = /./): Check {
  return ({ stdout }) => {
    const found = stdout.split("\n").filter((line) => line.trim() !== "");
    const odd = found.find((line) => !each.test(line));
    if (odd !== undefined) return `line ${JSON.stringify(odd)} does not fit ${each}`;
    return found.length >= least ? null : `${found.length} lines, expected ${least} or more`;
  };
}

/** Any number of lines, all of which fit: what greps for trouble finds none on a good day. */
export function onlyLines(each: RegExp): Check {
  return lines(0, each);
}

/** The JSON values on standard output, as jq prints one after the other. @throws SyntaxError */
export function jsonValues(text: string): readonly unknown[] {
  const values: unknown[] = [];
  let value = "";
  for (const line of text.split("\n")) {
    value += `${line}\n`;
    // A value of jq ends with a line that is not indented and opens nothing.
    if (value.trim() === "" || /^[\s]/.test(line) || /[[{]$/.test(line)) continue;
    values.push(JSON.parse(value));
    value = "";
  }
  if (value.trim() !== "") throw new SyntaxError(`half a value: ${value}`);
  return values;
}

/** Standard output is JSON, and `judge` is content with its values. */
function jsonOutput(judge: (values: readonly unknown[], facts: Facts) => string | null): Check {
  return ({ stdout }, facts) => {
    try {
      return judge(jsonValues(stdout), facts);
    } catch (error) {
      return `output is not JSON: ${error}`;
    }
  };
}

/** Each JSON value passes, and there are so many at least. */
export function json(
  least: number,
  problemOf: (value: unknown, facts: Facts) => string | null = () => null,
): Check {
  return jsonOutput((values, facts) => {
    if (values.length < least) return `${values.length} JSON values, expected ${least} or more`;
    return values.map((value) => problemOf(value, facts)).find((problem) => problem !== null) ?? null;
  });
}

/** One of the JSON values passes. */
export function someJson(what: string, fits: (value: never, facts: Facts) => boolean): Check {
  return jsonOutput((values, facts) =>
    values.some((value) => fits(value as never, facts)) ? null : `no ${what} in the output`,
  );
}

/** One number, as a JSON text as Prometheus has them. */
export function value(fits: (number: number) => boolean, what: string): Check {
  return all(
    json(1),
    someJson(what, (text: string) => typeof text === "string" && fits(Number(text))),
  );
}

export const above0 = value((number) => number > 0, "number above 0");
export const number = value((figure) => !Number.isNaN(figure), "number");

/** An object with this label has a value above 0. */
export function series(label: string, ...names: readonly string[]): Check {
  return all(
    ...names.map((name) =>
      someJson(
        `${label} ${name} above 0`,
        (row: Readonly<Record<string, string>>) => row[label] === name && Number(row.value) > 0,
      ),
    ),
  );
}

/** Alerts are shown, and fire. */
export function firing(alert: string): Check {
  return someJson(
    `firing ${alert}`,
    (row: { readonly state?: string; readonly alert?: string }) =>
      row.state === "firing" && (row.alert ?? alert) === alert,
  );
}

/** As curl refuses an address; it says so only where it may speak. */
export const curlRefusesUrl: Check = all(
  ({ statuses }) => (statuses?.[0] === 3 ? null : `curl ended with ${statuses?.[0]}, expected 3`),
  printsNothing,
);
