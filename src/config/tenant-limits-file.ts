// The file with limits of single tenants: `{"acme": {"messages_per_second": 500, "burst_capacity": 5000}}`. One wrong
// entry makes the whole file wrong, and is named with its tenant, field, value and what was expected.

import { z } from "zod";
import { describeError } from "../errors.ts";
import type { Parsed, ReadFile } from "./kind.ts";

export interface TenantLimit {
  readonly messagesPerSecond: number;
  readonly burstCapacity: number;
}

export type TenantLimits = ReadonlyMap<string, TenantLimit>;

/** A file that was read. */
export interface TenantLimitsFile {
  readonly path: string;
  readonly limits: TenantLimits;
}

const MAX_RATE = 1_000_000_000;
/** As many as the limiter takes. */
const MAX_TENANTS = 10_000;
/** What is shown of a file with many mistakes. */
const MAX_PROBLEMS = 5;

const FIELDS = {
  messages_per_second: z.number().min(0).max(MAX_RATE),
  burst_capacity: z.int().min(0).max(MAX_RATE),
};
const EXPECTED: Readonly<Record<string, string>> = {
  messages_per_second: `a number from 0 to ${MAX_RATE}`,
  burst_capacity: `a whole number from 0 to ${MAX_RATE}`,
};
const FIELD_NAMES = Object.keys(FIELDS).join(" and ");
const limitSchema = z.strictObject(FIELDS);

export type ParsedLimit =
  | { readonly ok: true; readonly limit: TenantLimit }
  | { readonly ok: false; readonly problems: readonly string[] };

/** One tenant's limit as JSON has it. A problem names the field, its value and what was expected. */
export function parseTenantLimit(json: unknown): ParsedLimit {
  const result = limitSchema.safeParse(json);
  if (result.success) {
    const { messages_per_second, burst_capacity } = result.data;
    return { ok: true, limit: { messagesPerSecond: messages_per_second, burstCapacity: burst_capacity } };
  }
  return { ok: false, problems: result.error.issues.map((issue) => problemOf(issue, json)) };
}

function problemOf(issue: z.core.$ZodIssue, json: unknown): string {
  if (issue.code === "unrecognized_keys") {
    return `${issue.keys.join(", ")} is not known, expected ${FIELD_NAMES}`;
  }
  const [field] = issue.path;
  if (typeof field !== "string") return `is ${shown(json)}, expected an object with ${FIELD_NAMES}`;
  const value = (json as Readonly<Record<string, unknown>>)[field];
  return `${field} is ${value === undefined ? "missing" : shown(value)}, expected ${EXPECTED[field]}`;
}

const MAX_SHOWN = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}

/** Reads the file at `path`. What is wrong with it is in `why`. */
export function readTenantLimits(path: string, readFile: ReadFile): Parsed<TenantLimitsFile> {
  let json: unknown;
  try {
    json = JSON.parse(readFile(path));
  } catch (error) {
    return { ok: false, why: describeError(error) };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { ok: false, why: `it holds ${shown(json)} and no object` };
  }
  const limits = new Map<string, TenantLimit>();
  const problems: string[] = [];
  for (const [tenant, value] of Object.entries(json)) {
    const parsed = parseTenantLimit(value);
    if (parsed.ok) limits.set(tenant, parsed.limit);
    else problems.push(...parsed.problems.map((problem) => `tenant ${shown(tenant)}: ${problem}`));
  }
  if (limits.size > MAX_TENANTS) problems.push(`${limits.size} tenants, ${MAX_TENANTS} expected at most`);
  if (problems.length === 0) return { ok: true, value: { path, limits } };
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : "";
  return { ok: false, why: `${problems.slice(0, MAX_PROBLEMS).join("; ")}${more}` };
}
