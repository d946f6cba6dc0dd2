// `dashstream dlq ls`: dead letters, one a line.

import type { Command } from "commander";
import { type LetterFilter, matches } from "../../dlq/filter.ts";
import type { DeadLetterView } from "../../dlq/letter.ts";
import { offsetCount } from "../../dlq/letter-ranges.ts";
import type { LetterSummary } from "../../dlq/letter-summary.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { addOptionFlags } from "../option-flags.ts";
import { letterHeading, letterJson, letterLine } from "./letter-view.ts";
import { addFilterFlags, type DlqSession, filterOf, printNote, progressLine, withDlq } from "./session.ts";

interface Flags {
  readonly limit: number;
  readonly oldest?: true;
  readonly json?: true;
}

const DEFAULT_LIMIT = 50;

export const lsCommand = defineCommand({
  name: "ls",
  description: "List dead letters, newest first.",
  examples: [
    ["dlq ls", "the newest 50"],
    ["dlq ls --type schema_mismatch --tenant acme --since 2h", "some of them"],
    ["dlq ls --oldest --limit 0 --json", "all, in the order of their times, one JSON object a line"],
  ],
  configure: (command) => {
    addFilterFlags(command);
    command
      .option("--limit <count>", "end after so many; 0 = list all", wholeNumber(0), DEFAULT_LIMIT)
      .option("--oldest", "oldest first")
      .option("--json", "one JSON object a line: letters, and last a summary");
    addOptionFlags(command, "dlq");
  },
  action: (context, command) => withDlq(context, command, (session) => list(context, command, session)),
});

async function list(context: CliContext, command: Command, session: DlqSession): Promise<ExitCode> {
  const { printer } = context;
  const { limit, json } = command.opts<Flags>();
  const totals = { read: 0, filtered: 0, shown: 0, unknown: 0 };
  const filter = filterOf(command, context);
  const { SeenTypes } = await import("../../dlq/seen-types.ts");
  const types = new SeenTypes(filter);
  const progress = progressLine(context);
  const onRead = (letter: DeadLetterView, total: number, isMeant: boolean) => {
    totals.read++;
    if (!isMeant) totals.filtered++;
    types.add(letter);
    progress(() => `read ${totals.read} of ${total}`);
  };
  for await (const letter of summaries(command, session, filter, onRead)) {
    if (json) printer.json({ type: "letter", ...letterJson(letter) });
    else {
      if (totals.shown === 0) printer.line(letterHeading(printer.colors));
      printer.line(letterLine(letter, printer.colors));
    }
    totals.shown++;
    if (letter.family === "unknown") totals.unknown++;
    if (totals.shown === limit) break;
  }
  if (json) printer.json({ type: "summary", topic: session.source.topic, ...totals });
  else printer.note(summaryText(totals, limit));
  // A list that ended early has not read all that may have the type.
  const problem = totals.shown === limit && limit > 0 ? null : types.problem();
  if (problem !== null) printNote(context, problem);
  return 0;
}

/** The letters that are meant, as they come. */
async function* summaries(
  command: Command,
  session: DlqSession,
  filter: LetterFilter,
  onRead: (letter: DeadLetterView, total: number, isMeant: boolean) => void,
): AsyncGenerator<LetterSummary> {
  const [{ lettersBackward }, { lettersInSourceOrder }, { summaryOf }] = await Promise.all([
    import("../../dlq/read-letters.ts"),
    import("../../dlq/source-order.ts"),
    import("../../dlq/letter-summary.ts"),
  ]);
  const ranges = await session.ranges(filter);
  const total = offsetCount(ranges);
  const summaryIfMeant = (letter: DeadLetterView): LetterSummary | null => {
    const isMeant = matches(filter, letter);
    onRead(letter, total, isMeant);
    return isMeant ? summaryOf(letter) : null;
  };
  if (command.opts<Flags>().oldest) {
    for await (const letter of lettersInSourceOrder(session.source, ranges)) {
      const summary = summaryIfMeant(letter);
      if (summary !== null) yield summary;
    }
  } else {
    yield* lettersBackward(session.source, ranges, summaryIfMeant);
  }
}

interface Totals {
  readonly filtered: number;
  readonly shown: number;
  readonly unknown: number;
}

function summaryText({ filtered, shown, unknown }: Totals, limit: number): string {
  return [
    `letters: ${shown}`,
    unknown === 0 ? "" : `, ${unknown} of them no dead letter that can be told`,
    filtered === 0 ? "" : `; filtered out: ${filtered}`,
    shown === limit && limit > 0 ? "; there may be more (--limit)" : "",
  ].join("");
}
