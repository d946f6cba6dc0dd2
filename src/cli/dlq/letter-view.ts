// How a dead letter looks in lists: columns for people, an object for programs.

import type { LetterSummary } from "../../dlq/letter-summary.ts";
import { isoTime } from "../../runtime/time-text.ts";
import { printable } from "../foreign-text.ts";
import type { Colors } from "../printer.ts";

/** Widths of the columns; what is longer is cut, so that lists can be printed as they come. */
const WIDTHS = { time: 19, place: 10, family: 11, type: 24, source: 24, tenant: 14, thread: 20, hops: 4 };
const MAX_ERROR_LENGTH = 100;

/** The first line of a list. */
export function letterHeading({ dim }: Colors): string {
  const names = Object.entries(WIDTHS).map(([name, width]) =>
    (name === "time" ? "TIME (UTC)" : name.toUpperCase()).padEnd(width),
  );
  return dim([...names, "ERROR"].join("  "));
}

/** One line of a list. */
export function letterLine(letter: LetterSummary, { dim, cyan, red, yellow }: Colors): string {
  const { partition, offset, timestampMs, family, errorType, tenantId, threadId, hops, errorText } = letter;
  return [
    dim(column(isoTime(timestampMs)?.slice(0, 19).replace("T", " ") ?? "-", WIDTHS.time)),
    column(`${partition}:${offset}`, WIDTHS.place),
    family === "unknown" ? yellow(column(family, WIDTHS.family)) : column(family, WIDTHS.family),
    red(column(shortType(errorType) ?? "-", WIDTHS.type)),
    column(sourceText(letter) ?? "-", WIDTHS.source),
    cyan(column(tenantId ?? "-", WIDTHS.tenant)),
    column(threadId ?? "-", WIDTHS.thread),
    column(String(hops), WIDTHS.hops),
    printable(errorText ?? "", MAX_ERROR_LENGTH),
  ].join("  ");
}

/** With the names that our dead letters use. */
export function letterJson(letter: LetterSummary): object {
  return {
    partition: letter.partition,
    offset: letter.offset,
    timestamp: isoTime(letter.timestampMs),
    family: letter.family,
    error_type: letter.errorType,
    error: letter.errorText,
    source_topic: letter.source.topic,
    source_partition: letter.source.partition,
    source_offset: letter.source.offset,
    tenant_id: letter.tenantId,
    thread_id: letter.threadId,
    sequence: letter.sequence,
    trace_id: letter.traceId,
    redrive_hops: letter.hops,
    record_id: letter.recordId,
    payload: letter.payload,
    payload_sha256: letter.sha256,
  };
}

/** `topic partition:offset`, as far as it is known. */
export function sourceText({
  source: { topic, partition, offset },
}: Pick<LetterSummary, "source">): string | null {
  if (topic === null) return null;
  return partition === null ? topic : `${topic} ${partition}:${offset ?? "?"}`;
}

/** A class without its package. */
function shortType(errorType: string | null): string | null {
  return errorType === null ? null : (errorType.split(".").at(-1) ?? errorType);
}

function column(text: string, width: number): string {
  return printable(text, width).padEnd(width);
}
