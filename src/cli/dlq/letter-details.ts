// One dead letter in full. All of it was written by somebody else, so no control character of it reaches the terminal.

import { counted } from "../../dlq/counted.ts";
import { type DeadLetterView, placeOf } from "../../dlq/letter.ts";
import { summaryOf } from "../../dlq/letter-summary.ts";
import { type OriginalRecord, type Restored, sha256Of } from "../../dlq/original-record.ts";
import type { HeaderList } from "../../dlq/stored-record.ts";
import { isoTime } from "../../runtime/time-text.ts";
import { printable } from "../foreign-text.ts";
import type { ViewedRecord } from "../message-view.ts";
import type { Colors } from "../printer.ts";
import { letterJson, sourceText } from "./letter-view.ts";

const NAME_WIDTH = 16;
const MAX_TEXT_LENGTH = 1_000;
const MAX_DETAIL_LINES = 40;
const DUMP_BYTES = 256;
const BYTES_PER_LINE = 16;

/** Lines for people. */
export function letterDetails(
  letter: DeadLetterView,
  restored: Restored,
  message: ViewedRecord | null,
  colors: Colors,
): readonly string[] {
  const { record, family, errorType, errorText, tenantId, threadId, sequence, traceId, hops } = letter;
  const fields: readonly (readonly [name: string, text: string | null])[] = [
    ["letter", `${placeOf(letter)} of ${record.topic}`],
    ["written", isoTime(record.timestampMs)],
    ["family", family],
    ["error type", errorType],
    ["error", errorText],
    ["source", sourceText(letter)],
    ["tenant", tenantId],
    ["thread", threadId],
    ["sequence", sequence],
    ["trace", traceId],
    ["redriven", counted(restored.ok ? restored.original.hops : hops, "time")],
    ...Object.entries(letter.details),
  ];
  const lines = fields.flatMap(([name, text]) => (text === null ? [] : field(name, text, colors)));
  if (!restored.ok) return [...lines, ...field("record", `${restored.cause}: ${restored.why}`, colors)];
  return [...lines, ...originalLines(letter, restored.original, message, colors)];
}

function originalLines(
  letter: DeadLetterView,
  { key, value, headers, recordId, timestampMs, headersAreLost, keyIsAssumed }: OriginalRecord,
  message: ViewedRecord | null,
  colors: Colors,
): readonly string[] {
  const from = letter.payload.kind === "embedded" ? "in the letter" : "from its source";
  return [
    ...field("record id", recordId, colors),
    ...(timestampMs === null ? [] : field("record time", isoTime(timestampMs) ?? "-", colors)),
    ...field("key", `${bytesText(key)}${keyIsAssumed ? " (assumed: the letter has none)" : ""}`, colors),
    ...(headersAreLost ? field("headers", "not known", colors) : []),
    ...headers.flatMap(([name, given]) => field("header", `${name}: ${bytesText(given)}`, colors)),
    ...field("value", value === null ? "none" : `${counted(value.length, "byte")}, ${from}`, colors),
    ...(value === null ? [] : field("sha-256", sha256Of(value) ?? "", colors)),
    ...(value === null ? [] : messageLines(value, message, colors)),
  ];
}

function messageLines(value: Buffer, message: ViewedRecord | null, colors: Colors): readonly string[] {
  if (message?.ok) return field("message", `${message.view.kind} ${message.view.details}`, colors);
  const why = message === null ? "" : `${message.code}: ${message.error}`;
  return [...field("message", `not decodable: ${why}`, colors), ...dump(value)];
}

/** Hexadecimal and text, as far as it goes. */
function dump(value: Buffer): readonly string[] {
  const shown = value.subarray(0, DUMP_BYTES);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += BYTES_PER_LINE) {
    const bytes = [...shown.subarray(at, at + BYTES_PER_LINE)];
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = bytes
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    lines.push(`  ${at.toString(16).padStart(6, "0")}  ${hex.padEnd(BYTES_PER_LINE * 3)} ${text}`);
  }
  if (value.length > shown.length)
    lines.push(`  and ${counted(value.length - shown.length, "byte")} more (--json)`);
  return lines;
}

function field(name: string, text: string, { dim }: Colors): readonly string[] {
  const lines = text.split(/\r?\n/).slice(0, MAX_DETAIL_LINES);
  return lines.map((line, index) =>
    [
      dim((index === 0 ? name : "").padEnd(NAME_WIDTH)),
      printable(line.replaceAll("\t", "  "), MAX_TEXT_LENGTH),
    ].join("  "),
  );
}

/** Text if it is text, else base64. */
function bytesText(bytes: Buffer | null): string {
  if (bytes === null) return "none";
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text).equals(bytes) && printable(text, text.length) === text;
  return isText ? JSON.stringify(text) : `${bytes.toString("base64")} (base64)`;
}

/** One object for programs. */
export function letterDetailsJson(
  letter: DeadLetterView,
  restored: Restored,
  message: ViewedRecord | null,
): object {
  const { record } = letter;
  return {
    topic: record.topic,
    ...letterJson(summaryOf(letter)),
    error: letter.errorText,
    details: letter.details,
    record: restored.ok ? originalJson(restored.original) : null,
    record_problem: restored.ok ? null : { cause: restored.cause, why: restored.why },
    message: message?.ok ? { kind: message.view.kind, fields: message.view.fields } : null,
    message_problem: message === null || message.ok ? null : { code: message.code, error: message.error },
    letter: {
      key_base64: base64(record.key),
      headers: headersJson(record.headers),
      value_base64: base64(record.value),
    },
  };
}

function originalJson(original: OriginalRecord): object {
  return {
    record_id: original.recordId,
    redrive_hops: original.hops,
    timestamp: original.timestampMs === null ? null : isoTime(original.timestampMs),
    key_base64: base64(original.key),
    key_is_assumed: original.keyIsAssumed,
    headers: headersJson(original.headers),
    headers_are_lost: original.headersAreLost,
    value_base64: base64(original.value),
    value_sha256: sha256Of(original.value),
  };
}

function headersJson(headers: HeaderList): readonly (readonly [string, string | null])[] {
  return headers.map(([name, value]) => [name, base64(value)] as const);
}

function base64(bytes: Buffer | null): string | null {
  return bytes?.toString("base64") ?? null;
}
