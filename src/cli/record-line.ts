// One record on one line of a terminal.

import type { StreamPosition } from "../client/index.ts";
import { isoTime } from "../runtime/time-text.ts";
import type { Header } from "../wire/model.ts";
import { printable } from "./foreign-text.ts";
import type { MessageView } from "./message-view.ts";
import type { Colors } from "./printer.ts";

/** Longest part of a record's own text on a line. */
const MAX_DETAILS_LENGTH = 160;
const MAX_NAME_LENGTH = 36;

/** Time, partition and offset, tenant, thread, number, kind, details. */
export function recordLine(
  { partition, offset }: StreamPosition,
  { kind, headers, details }: MessageView,
  colors: Colors,
): string {
  const [header] = headers;
  return [
    colors.dim(header ? timeText(header.timestampUs) : "-".padEnd(12)),
    colors.dim(`${partition}:${offset}`),
    header ? colors.cyan(printable(header.tenantId, MAX_NAME_LENGTH)) : "-",
    header ? printable(header.threadId, MAX_NAME_LENGTH) || "-" : "-",
    sequenceText(headers),
    kind === "error" ? colors.red(kind) : colors.green(kind),
    printable(details, MAX_DETAILS_LENGTH),
  ].join("  ");
}

/** UTC time of day with milliseconds; `-` if there is none. */
function timeText(timestampUs: bigint): string {
  const timeMs = Number(timestampUs / 1000n);
  const time = timeMs > 0 ? isoTime(timeMs) : null;
  return time?.slice(-13, -1) ?? "-".padEnd(12);
}

/** Number of the message, of a batch that of its first and last numbered event. */
function sequenceText(headers: readonly Header[]): string {
  const numbered = headers.filter(({ sequence }) => sequence > 0n);
  const [first, last] = [numbered[0], numbered.at(-1)];
  if (first === undefined || last === undefined) return "#-";
  return first === last ? `#${first.sequence}` : `#${first.sequence}-${last.sequence}`;
}
