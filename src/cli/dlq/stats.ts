// `dashstream dlq stats`: how many dead letters there are, by what was wrong, whose they are and when.

import type { Command } from "commander";
import { counted } from "../../dlq/counted.ts";
import { matches } from "../../dlq/filter.ts";
import { offsetCount } from "../../dlq/letter-ranges.ts";
import type { Counts, LetterStats } from "../../dlq/stats.ts";
import { isoTime } from "../../runtime/time-text.ts";
import { defineCommand } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { printable } from "../foreign-text.ts";
import { addOptionFlags } from "../option-flags.ts";
import type { Printer } from "../printer.ts";
import { printTable } from "../table.ts";
import { addFilterFlags, type DlqSession, filterOf, printNote, progressLine, withDlq } from "./session.ts";

const MAX_NAME_LENGTH = 80;
/** Rows of one table; a program gets them all. */
const MAX_ROWS = 30;

export const statsCommand = defineCommand({
  name: "stats",
  description: [
    "Count dead letters by family, error type, tenant, hour (UTC) and redrives.",
    "",
    "Redrives are those that a record had behind it when the letter was written; one that failed again has a letter for each time, and counts as often. Up to 1,000 values of each are told apart, the rest is (other). Connect and Streams give a letter the time of the bad record.",
  ].join("\n"),
  examples: [
    ["dlq stats", "all of them"],
    ["dlq stats --since 1d --json", "of the last day, as one JSON object"],
  ],
  configure: (command) => {
    addFilterFlags(command);
    command.option("--json", "one JSON object");
    addOptionFlags(command, "dlq");
  },
  action: (context, command) => withDlq(context, command, (session) => count(context, command, session)),
});

async function count(context: CliContext, command: Command, session: DlqSession): Promise<ExitCode> {
  const { printer } = context;
  const [{ lettersForward }, { SeenTypes }, { StatsTally }] = await Promise.all([
    import("../../dlq/read-letters.ts"),
    import("../../dlq/seen-types.ts"),
    import("../../dlq/stats.ts"),
  ]);
  const filter = filterOf(command, context);
  const ranges = await session.ranges(filter);
  const total = offsetCount(ranges);
  const progress = progressLine(context);
  const tally = new StatsTally();
  const types = new SeenTypes(filter);
  let read = 0;
  for await (const letter of lettersForward(session.source, ranges)) {
    read++;
    progress(() => `read ${read} of ${total}`);
    types.add(letter);
    if (matches(filter, letter)) tally.add(letter);
  }
  const stats = tally.stats();
  const { topic } = session.source;
  if (command.opts().json) printer.json(statsJson(topic, read, stats));
  else printStats(topic, stats, printer);
  const problem = types.problem();
  if (problem !== null) printNote(context, problem);
  return 0;
}

function statsJson(topic: string, read: number, stats: LetterStats): object {
  const time = (timestampMs: number | null) => (timestampMs === null ? null : isoTime(timestampMs));
  return {
    topic,
    read,
    letters: stats.letters,
    oldest: time(stats.oldestMs),
    newest: time(stats.newestMs),
    by_family: Object.fromEntries(stats.byFamily),
    by_error_type: Object.fromEntries(stats.byErrorType),
    by_tenant: Object.fromEntries(stats.byTenant),
    by_hour: Object.fromEntries(stats.byHour),
    by_redrive_hops: Object.fromEntries(stats.byHops),
  };
}

function printStats(topic: string, stats: LetterStats, printer: Printer): void {
  const { letters, oldestMs, newestMs } = stats;
  const { line } = printer;
  line(`${counted(letters, "dead letter")} in ${topic}`);
  if (oldestMs === null || newestMs === null) return;
  line(`from ${isoTime(oldestMs) ?? "-"} to ${isoTime(newestMs) ?? "-"}`);
  const tables: readonly (readonly [title: string, counts: Counts])[] = [
    ["family", stats.byFamily],
    ["error type", stats.byErrorType],
    ["tenant", stats.byTenant],
    ["hour (UTC)", stats.byHour],
    ["redrives before", stats.byHops],
  ];
  for (const [title, counts] of tables) {
    // Of hours the latest are of interest, of all others the first are the most frequent.
    const shown = counts === stats.byHour ? counts.slice(-MAX_ROWS) : counts.slice(0, MAX_ROWS);
    const rows = shown.map(([value, number]) => [number, printable(value, MAX_NAME_LENGTH)]);
    line("");
    printTable(printer, ["letters", title], rows);
    if (rows.length < counts.length) line(`and ${counts.length - rows.length} more (--json)`);
  }
}
