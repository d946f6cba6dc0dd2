// What is wrong with the shape of a scenario, in words: each issue that the schema finds becomes a sentence that says
// what stands there and what was expected.

import type { z } from "zod";
import { nearestHint } from "../../src/config/nearest.ts";
import { DURATION_FORMS } from "./duration.ts";
import { scenarioJsonSchema } from "./json-schema.ts";
import type { Complaint, Path } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** So much of a key may be misspelled. */
const WRONG_SHARE = 0.35;
const MAX_SHOWN_LENGTH = 60;

/** Keys whose values are durations. */
const DURATION_KEYS: ReadonlySet<unknown> = new Set(["warm_up", "hold", "settle", "after", "for", "within"]);

/** What the schema's issues mean for somebody who wrote `value`. */
export function shapeComplaints(issues: readonly Issue[], value: unknown): readonly Complaint[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
    return complaintsOf(issue, path, valueAt(value, path));
  });
}

function complaintsOf(issue: Issue, path: Path, value: unknown): readonly Complaint[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        isAboutKey: true,
        reason: unknownKey(path, key),
      }));
    case "invalid_type":
      return [{ path, reason: wrongKind(issue.expected, path, value) }];
    case "too_small":
      if (issue.origin === "string") return [{ path, reason: "is empty, expected a text" }];
      return [
        {
          path,
          reason: `is ${shown(value)}, expected ${bound(issue.inclusive, "at least", "more than")} ${issue.minimum}`,
        },
      ];
    case "too_big":
      return [
        {
          path,
          reason: `is ${shown(value)}, expected ${bound(issue.inclusive, "at most", "less than")} ${issue.maximum}`,
        },
      ];
    case "invalid_format":
    case "custom":
      return [{ path, reason: `is ${shown(value)}, expected ${issue.message}` }];
    default:
      return [{ path, reason: `is ${shown(value)}: ${issue.message}` }];
  }
}

function bound(isInclusive: boolean | undefined, inclusive: string, exclusive: string): string {
  return isInclusive === false ? exclusive : inclusive;
}

function unknownKey(path: Path, key: string): string {
  const known = keysAt(path);
  const hint = nearestHint(key, known, WRONG_SHARE);
  return `there is no such key, expected one of ${known.join(", ")}${hint}`;
}

function wrongKind(expected: string, path: Path, value: unknown): string {
  const isDuration = DURATION_KEYS.has(path.at(-1));
  const wanted = isDuration ? DURATION_FORMS : (KINDS[expected] ?? expected);
  if (value === undefined) return `is missing, expected ${wanted}`;
  const isUnquoted = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  const hint = isUnquoted && !isDuration ? `: "${value}"` : "";
  return `is ${shown(value)}, ${kindOf(value)}, expected ${wanted}${hint}`;
}

/** What the schema calls its types, in the words of the format. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys with values",
  record: "keys with values",
};

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return KINDS[typeof value] ?? typeof value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 1)}…` : text;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** Keys that an object at `path` may have. */
function keysAt(path: Path): readonly string[] {
  const schema = path.reduce<unknown>(
    (inner, key) => valueAt(inner, typeof key === "number" ? ["items"] : ["properties", key]),
    scenarioJsonSchema(),
  );
  const properties = valueAt(schema, ["properties"]);
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}
