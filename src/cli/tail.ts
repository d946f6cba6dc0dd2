// `dashstream tail`: the live stream of a server, decoded and filtered.

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  connectStream,
  type JsonRecord,
  type OffsetsByPartition,
  type Protocol,
  type Stream,
  type StreamFrom,
  type StreamGap,
  type StreamListener,
  type StreamOptions,
  type StreamRecord,
} from "../client/index.ts";
import { DashstreamError } from "../errors.ts";
import { withEnumNames } from "../wire/enum-names.ts";
import { collect, defineCommand, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type ViewedRecord, viewRecord } from "./message-view.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import { recordLine } from "./record-line.ts";
import { serverOrigin, streamUrl } from "./server-address.ts";
import { jsonEventTypes, type Selection, type SelectionFlags, selectionOf } from "./tail-selection.ts";

interface Flags extends SelectionFlags {
  readonly url?: string;
  readonly from: string;
  readonly protocol: Protocol;
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
    ["tail --tenant acme --type state_diff,NODE_ERROR", "some of it, chosen by the server as far as it can"],
    ["tail --sample 0.05", "every twentieth thread, all of it"],
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
      .option("--sample <share>", "only this share of all threads, 0 to 1; whole threads", share)
      .addOption(
        new Option("--protocol <name>", "protocol to ask the server for; v2+json needs --json")
          .choices(PROTOCOLS)
          .default("v2"),
      )
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
  const { filter, wants } = selectionOf(flags);
  if (flags.protocol === "v2+json" && !flags.json) {
    throw new DashstreamError("usage", '--protocol is "v2+json", which needs --json');
  }
  const url = flags.url ?? streamUrl(serverOrigin(config));
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DashstreamError("usage", `--url is "${url}", expected ws://host:port/ws or wss://host/ws`);
  }
  const totals = { records: 0, shown: 0, gaps: 0, missed: 0, duplicates: 0 };
  let [connected, wasConnected] = [false, false];
  let outputFailure: unknown = null;
  const options: SharedOptions = {
    url,
    ...startOf(flags.from),
    filter,
    maxFailures: flags.retries + 1,
    clock,
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
    onState(state) {
      if (state.kind === "open") {
        if (!connected) printer.note("connected");
        connected = wasConnected = true;
        if (state.protocol !== flags.protocol) printer.note(`the server speaks ${state.protocol} only`);
      }
      if (state.kind !== "waiting") return;
      connected = false;
      printer.note(`${state.reason}; next attempt in ${(state.delayMs / 1000).toFixed(1)} s`);
    },
  };
  const stream = openStream(flags.protocol, options, {
    onRecord(record) {
      totals.records++;
      try {
        if (!showIfWanted(printer, flags, wants, record)) return;
      } catch (error) {
        // Connecting again would not make room on a disk.
        outputFailure = error;
        return stream.close();
      }
      totals.shown++;
      if (totals.shown === flags.limit) stream.close();
    },
    onDuplicate: () => {
      totals.duplicates++;
    },
  });
  interrupted.addEventListener("abort", () => stream.close());
  if (interrupted.aborted) stream.close();
  const error = await stream.closed;
  if (outputFailure !== null) throw outputFailure;
  if (flags.json) printer.json({ type: "summary", ...totals });
  else printer.note(summaryText(totals));
  if (error !== null) throw error;
  return wasConnected ? 0 : 1;
}

/** Options that a stream of values and one of JSON have in common. */
type SharedOptions = Omit<StreamOptions, "onRecord" | "onDuplicate" | "protocol" | "compression">;

function openStream(
  protocol: Protocol,
  options: SharedOptions,
  listener: Required<Pick<StreamListener<StreamRecord | JsonRecord>, "onRecord" | "onDuplicate">>,
): Stream<StreamRecord | JsonRecord> {
  // Two calls, because the records that come of them differ.
  if (protocol === "v2+json") return connectStream({ ...options, ...listener, protocol });
  return connectStream({ ...options, ...listener, protocol });
}

/** Shows a record that is wanted, and says whether it was. What cannot be decoded is shown too. */
function showIfWanted(
  printer: Printer,
  flags: Flags,
  wants: Selection["wants"],
  record: StreamRecord | JsonRecord,
): boolean {
  if ("value" in record) {
    const viewed = viewRecord(record);
    if (viewed.ok && !wants(viewed.view)) return false;
    showRecord(printer, flags, record, viewed);
    return true;
  }
  if (!wants({ kind: record.kind ?? "empty", eventTypes: jsonEventTypes(record) })) return false;
  printer.json({ type: "record", ...record });
  return true;
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

const PROTOCOLS: readonly Protocol[] = ["v2", "v1", "v2+json"];

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("expected a number from 0 to 1");
}
