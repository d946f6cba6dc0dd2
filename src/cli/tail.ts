// `dashstream tail`: the live stream of a server, decoded and filtered.

import type { Command } from "commander";
import {
  connectStream,
  type OffsetsByPartition,
  type StreamFrom,
  type StreamGap,
  type StreamRecord,
} from "../client/index.ts";
import { DashstreamError } from "../errors.ts";
import { withEnumNames } from "../wire/enum-names.ts";
import { KIND_NAMES } from "../wire/message-kind.ts";
import { collect, defineCommand, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { EVENT_NAMES, type MessageView, type ViewedRecord, viewRecord } from "./message-view.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import { recordLine } from "./record-line.ts";
import { serverOrigin, streamUrl } from "./server-address.ts";

interface Flags {
  readonly url?: string;
  readonly from: string;
  readonly tenant?: readonly string[];
  readonly thread?: readonly string[];
  readonly type?: readonly string[];
  readonly limit?: number;
  readonly retries: number;
  readonly json?: true;
}

export const tailCommand = defineCommand({
  name: "tail",
  description: "Print the live stream of a server. Reconnects and resumes; says what it did not get.",
  exitCodes: { 0: "ended as it was asked to", 1: "no connection, or none any more" },
  examples: [
    ["tail", "everything from now on"],
    ["tail --from earliest --limit 100", "the first 100 records that the server still has"],
    ["tail --tenant acme --type state_diff,NODE_ERROR", "some of it"],
    ["tail --from 0:1200,1:980 --json", "after these offsets, one JSON object a line"],
  ],
  configure: (command) => {
    command
      .option("--url <url>", "WebSocket address, instead of that of the configured server")
      .option(
        "--from <where>",
        "latest, earliest, or the last offset seen of each partition as P:O,...",
        "latest",
      )
      .option("--tenant <id...>", "only these tenants", collect)
      .option("--thread <id...>", "only these threads", collect)
      .option("--type <name...>", "only these kinds of message or types of event", collect)
      .option("--limit <count>", "end after so many records were printed", wholeNumber(1))
      .option(
        "--retries <count>",
        "failed attempts to connect, in a row, before giving up",
        wholeNumber(0),
        5,
      )
      .option("--json", "one JSON object a line: records, gaps and last a summary");
    addOptionFlags(command, "tail");
  },
  action: tail,
});

async function tail(context: CliContext, command: Command): Promise<ExitCode> {
  const flags = command.opts<Flags>();
  const { config } = loadCommandConfig(context, command, "tail");
  const { printer, interrupted, clock } = context;
  const wanted = messageFilter(flags);
  const url = flags.url ?? streamUrl(serverOrigin(config));
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DashstreamError("usage", `--url is "${url}", expected ws://host:port/ws or wss://host/ws`);
  }
  const totals = { records: 0, shown: 0, gaps: 0, missed: 0, duplicates: 0 };
  let connected = false;
  const stream = connectStream({
    url,
    ...startOf(flags.from),
    maxFailures: flags.retries + 1,
    clock,
    onRecord(record) {
      totals.records++;
      const viewed = viewRecord(record);
      if (viewed.ok && !wanted(viewed.view)) return;
      showRecord(printer, flags, record, viewed);
      totals.shown++;
      if (totals.shown === flags.limit) stream.close();
    },
    onGap(gap) {
      totals.gaps++;
      totals.missed += gap.count;
      showGap(printer, flags, gap);
    },
    onControl(message) {
      if (message.type !== "cursor_stale") return;
      if (flags.json) printer.json(message);
      else printer.note(`cursor is stale: ${String(message.message)}`);
    },
    onDuplicate: () => totals.duplicates++,
    onState(state) {
      if (state.kind === "open") {
        connected = true;
        printer.note("connected");
      }
      if (state.kind !== "waiting") return;
      printer.note(`${state.reason}; next attempt in ${(state.delayMs / 1000).toFixed(1)} s`);
    },
  });
  interrupted.addEventListener("abort", () => stream.close());
  if (interrupted.aborted) stream.close();
  const error = await stream.closed;
  if (flags.json) printer.json({ type: "summary", ...totals });
  else printer.note(summaryText(totals));
  if (error !== null) throw error;
  return connected ? 0 : 1;
}

function summaryText(totals: Readonly<Record<"records" | "shown" | "missed", number>>): string {
  return `records received: ${totals.records}, shown: ${totals.shown}, missed: ${totals.missed}`;
}

function showRecord(
  { json, line, colors }: Printer,
  flags: Flags,
  record: StreamRecord,
  viewed: ViewedRecord,
): void {
  const { partition, offset, value } = record;
  if (viewed.ok) {
    const { kind, fields } = viewed.view;
    if (flags.json) json({ type: "record", partition, offset, kind, message: withEnumNames(fields) });
    else line(recordLine(record, viewed.view, colors));
  } else {
    const { code, error } = viewed;
    if (flags.json)
      json({ type: "record", partition, offset, kind: null, error: { code, message: error }, value });
    else line(colors.red(`${partition}:${offset}  not decodable: ${code}: ${error}`));
  }
}

function showGap(printer: Printer, { json }: Flags, gap: StreamGap): void {
  if (json) return printer.json({ type: "gap", ...gap });
  const where = gap.ranges
    .map((range) => `${range.partition}:${range.fromOffset}-${range.toOffset}`)
    .join(", ");
  const places = where === "" ? "" : ` (${where})`;
  printer.line(printer.colors.yellow(`--- gap: ${gap.count} records missing${places}: ${gap.message}`));
}

/** @throws DashstreamError `usage` */
function startOf(from: string): { readonly from: StreamFrom; readonly cursors?: OffsetsByPartition } {
  if (from === "latest" || from === "earliest") return { from };
  const cursors = from.split(",").map((item) => /^(\d{1,9}):(\d{1,15})$/.exec(item.trim()));
  if (cursors.some((match) => match === null)) {
    throw new DashstreamError(
      "usage",
      `--from is "${from}", expected latest, earliest or partition:offset,...`,
    );
  }
  return {
    from: "cursor",
    cursors: new Map(cursors.map((match) => [Number(match?.[1]), Number(match?.[2])])),
  };
}

const TYPE_NAMES: readonly string[] = [...Object.values(KIND_NAMES), ...EVENT_NAMES.values()];

/** @throws DashstreamError `usage` for a type that there is not */
function messageFilter({ tenant, thread, type }: Flags): (view: MessageView) => boolean {
  const types = type?.map((name) => {
    const known = TYPE_NAMES.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (known !== undefined) return known;
    throw new DashstreamError("usage", `--type is "${name}", expected one of ${TYPE_NAMES.join(", ")}`);
  });
  return ({ kind, headers, eventTypes }) =>
    (tenant === undefined || headers.some(({ tenantId }) => tenant.includes(tenantId))) &&
    (thread === undefined || headers.some(({ threadId }) => thread.includes(threadId))) &&
    (types === undefined || types.includes(kind) || eventTypes.some((name) => types.includes(name)));
}
