// Which dead letters are meant. The same filter serves listing, counting and redriving, so that what was looked at
// is what is sent.

import { DashstreamError } from "../errors.ts";
import { parseTime, TIME_FORMS } from "../runtime/time-text.ts";
import { type DeadLetterView, FAMILIES, type Family } from "./letter.ts";

/** Every condition that is given must hold; several values of one are alternatives. */
export interface LetterFilter {
  readonly types?: readonly string[];
  readonly tenants?: readonly string[];
  readonly threads?: readonly string[];
  readonly families?: readonly Family[];
  readonly partitions?: readonly number[];
  /** First and last offset that are meant, in each partition. */
  readonly offsets?: { readonly from: number; readonly to: number };
  /** Letters from this time on, milliseconds since the epoch. */
  readonly sinceMs?: number;
  /** Letters before this time. */
  readonly untilMs?: number;
}

/** A filter as people write it. */
export interface FilterTexts {
  readonly type?: readonly string[];
  readonly tenant?: readonly string[];
  readonly thread?: readonly string[];
  readonly family?: readonly string[];
  readonly partition?: readonly string[];
  readonly offset?: string;
  readonly since?: string;
  readonly until?: string;
}

/** @throws DashstreamError `usage` that names the flag */
export function parseFilter(texts: FilterTexts, nowMs: number): LetterFilter {
  const { type, tenant, thread, family, partition, offset, since, until } = texts;
  requireValues({ type, tenant, thread, family, partition });
  const filter = {
    ...(type === undefined ? {} : { types: type }),
    ...(tenant === undefined ? {} : { tenants: tenant }),
    ...(thread === undefined ? {} : { threads: thread }),
    ...(family === undefined ? {} : { families: family.map(parseFamily) }),
    ...(partition === undefined ? {} : { partitions: partition.map(parsePartition) }),
    ...(offset === undefined ? {} : { offsets: parseOffsets(offset) }),
    ...(since === undefined ? {} : { sinceMs: requireTime("--since", since, nowMs) }),
    ...(until === undefined ? {} : { untilMs: requireTime("--until", until, nowMs) }),
  };
  requireSpan(texts, filter);
  return filter;
}

/** True if a letter is meant. */
export function matches(filter: LetterFilter, letter: DeadLetterView): boolean {
  const { partition, offset, timestampMs } = letter.record;
  const { types, tenants, threads, families, partitions, offsets, sinceMs, untilMs } = filter;
  return (
    (types === undefined || types.some((type) => isType(letter.errorType, type))) &&
    (tenants === undefined || tenants.includes(letter.tenantId ?? "")) &&
    (threads === undefined || threads.includes(letter.threadId ?? "")) &&
    (families === undefined || families.includes(letter.family)) &&
    (partitions === undefined || partitions.includes(partition)) &&
    (offsets === undefined || (offset >= offsets.from && offset <= offsets.to)) &&
    (sinceMs === undefined || timestampMs >= sinceMs) &&
    (untilMs === undefined || timestampMs < untilMs)
  );
}

/** True if a letter's type is meant; Java's class names may be given without their package. */
export function isType(errorType: string | null, wanted: string): boolean {
  return errorType !== null && (errorType === wanted || errorType.endsWith(`.${wanted}`));
}

/** A list without any value would mean no letter at all. */
function requireValues(lists: Readonly<Record<string, readonly string[] | undefined>>): void {
  const empty = Object.entries(lists).find(([, values]) => values?.length === 0);
  if (empty === undefined) return;
  throw new DashstreamError("usage", `--${empty[0]} is "", expected at least one value`);
}

function requireSpan(
  { since, until }: FilterTexts,
  { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }: LetterFilter,
): void {
  if (sinceMs < untilMs) return;
  throw new DashstreamError(
    "usage",
    `--until is "${until}", expected a time after that of --since "${since}"`,
  );
}

function requireTime(flag: string, text: string, nowMs: number): number {
  const timeMs = parseTime(text, nowMs);
  if (timeMs !== null) return timeMs;
  throw new DashstreamError("usage", `${flag} is "${text}", expected ${TIME_FORMS}`);
}

function parseFamily(text: string): Family {
  const family = FAMILIES.find((name) => name === text);
  if (family !== undefined) return family;
  throw new DashstreamError("usage", `--family is "${text}", expected one of ${FAMILIES.join(", ")}`);
}

function parsePartition(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new DashstreamError("usage", `--partition is "${text}", expected a partition number`);
}

/** `A..B` with either end left out, or one offset. */
function parseOffsets(text: string): { readonly from: number; readonly to: number } {
  const match = /^(\d{0,15})(\.\.)?(\d{0,15})$/.exec(text);
  const [, first = "", dots, last = ""] = match ?? [];
  const isSingle = dots === undefined && first !== "" && last === "";
  const from = first === "" ? 0 : Number(first);
  const to = isSingle ? from : last === "" ? Number.MAX_SAFE_INTEGER - 1 : Number(last);
  if ((isSingle || (dots !== undefined && first + last !== "")) && from <= to) return { from, to };
  throw new DashstreamError(
    "usage",
    `--offset is "${text}", expected an offset or FIRST..LAST with either end left out`,
  );
}
