// What a client of the second protocol wants to be sent. The definition is here once: how it is written and checked,
// when two filters are the same, and which records pass. Runs in browsers.

import { isJsonObject, wrongField } from "./json-fields.ts";
import { KIND_NAMES, type KindName, messageKind } from "./message-kind.ts";
import { inSample } from "./thread-sample.ts";

/** Each key restricts; one that is absent does not. */
export interface StreamFilter {
  /** A record passes if any of its headers is of one of these tenants. */
  readonly tenants?: readonly string[];
  /** The same for thread ids. */
  readonly threads?: readonly string[];
  readonly types?: readonly KindName[];
  /** Share of all threads, 0 to 1; whole threads are in or out. Records without thread pass. */
  readonly sample?: number;
}

/** Entries of one list. */
export const MAX_FILTER_ENTRIES = 1000;

export type ParsedFilter =
  | { readonly ok: true; readonly filter: StreamFilter }
  /** `error` names field, value and what was expected. */
  | { readonly ok: false; readonly error: string };

const KEYS = ["tenants", "threads", "types", "sample"] as const;
const TYPE_NAMES: readonly string[] = Object.values(KIND_NAMES);

/** Checks what somebody gave as a filter: nothing is ignored, because that would send more or less than was meant. */
export function parseStreamFilter(value: unknown): ParsedFilter {
  if (!isJsonObject(value)) {
    return wrong("filter", value, `an object with any of ${KEYS.join(", ")}`);
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.some((known) => known === key)) {
      return wrong(`filter.${key}`, value[key], `no such key; there are ${KEYS.join(", ")}`);
    }
  }
  const { tenants, threads, types, sample } = value;
  const problem =
    listProblem("filter.tenants", tenants, isText, "a text") ??
    listProblem("filter.threads", threads, isText, "a text") ??
    listProblem("filter.types", types, isTypeName, `one of ${TYPE_NAMES.join(", ")}`) ??
    (sample === undefined || isShare(sample) ? null : wrong("filter.sample", sample, "a number from 0 to 1"));
  return problem ?? { ok: true, filter: value as StreamFilter };
}

function listProblem(
  field: string,
  value: unknown,
  isEntry: (entry: unknown) => boolean,
  entryText: string,
): ParsedFilter | null {
  if (value === undefined) return null;
  const expected = `a list of 1 to ${MAX_FILTER_ENTRIES} entries`;
  if (!Array.isArray(value)) return wrong(field, value, expected);
  // An empty list could mean everything or nothing.
  if (value.length < 1 || value.length > MAX_FILTER_ENTRIES) {
    return { ok: false, error: `${field} has ${value.length} entries, expected ${expected}` };
  }
  const bad = value.findIndex((entry) => !isEntry(entry));
  return bad < 0 ? null : wrong(`${field}[${bad}]`, value[bad], entryText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTypeName(value: unknown): value is KindName {
  return isText(value) && TYPE_NAMES.includes(value);
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function wrong(field: string, value: unknown, expected: string): ParsedFilter {
  return { ok: false, error: wrongField(field, value, expected) };
}

/** The same text for filters that let the same pass however they are written; empty for one without restriction. */
export function canonicalFilter({ tenants, threads, types, sample }: StreamFilter): string {
  const canonical = {
    ...(tenants && { tenants: sortedOnce(tenants) }),
    ...(threads && { threads: sortedOnce(threads) }),
    ...(types && { types: sortedOnce(types) }),
    // All threads and records without one: everything.
    ...(sample !== undefined && sample < 1 && { sample }),
  };
  return Object.keys(canonical).length === 0 ? "" : JSON.stringify(canonical);
}

function sortedOnce(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/** The part of a header that filters look at. */
export interface FilteredHeader {
  readonly tenantId: string;
  readonly threadId: string;
}

/**
 * Whether a record passes. `kind` is the field number of the message's variant, as `Inspector` gives it; `headers` are
 * all that it has: its own, and those of events in a batch.
 */
export type RecordFilter = (kind: number, headers: readonly FilteredHeader[]) => boolean;

/** The filter as a function, for many records. It keeps nothing of what it is given. */
export function recordFilter({ tenants, threads, types, sample }: StreamFilter): RecordFilter {
  const tenantSet = tenants && new Set(tenants);
  const threadSet = threads && new Set(threads);
  const typeSet = types && new Set<string>(types);
  return (kind, headers) => {
    if (typeSet !== undefined) {
      const variant = messageKind(kind);
      if (variant === null || !typeSet.has(KIND_NAMES[variant])) return false;
    }
    if (tenantSet !== undefined && !headers.some(({ tenantId }) => tenantSet.has(tenantId))) return false;
    if (threadSet !== undefined && !headers.some(({ threadId }) => threadSet.has(threadId))) return false;
    return sample === undefined || sample >= 1 || sampled(headers, sample);
  };
}

/** A batch with events of several threads is in if any of these is. */
function sampled(headers: readonly FilteredHeader[], share: number): boolean {
  let threads = 0;
  for (const { threadId } of headers) {
    if (threadId === "") continue;
    if (inSample(threadId, share)) return true;
    threads++;
  }
  return threads === 0;
}
