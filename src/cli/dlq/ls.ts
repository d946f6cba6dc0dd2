// `dashstream dlq ls`: dead letters, one a line.

import type { Command } from "commander";
import { matches } from "../../dlq/filter.ts";
import type { LetterSummary } from "../../dlq/letter-summary.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { addOptionFlags } from "../option-flags.ts";
import { letterHeading, letterJson, letterLine } from "./letter-view.ts";
import { addFilterFlags, countOf, type DlqSession, filterOf, progressLine, withDlq } from "./session.ts";

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
  const totals = { read: 0, shown: 0, unknown: 0 };
  const progress = progressLine(context);
  for await (const letter of summaries(context, command, session, totals, progress)) {
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
  return 0;
}

/** The letters that are meant, as they come; counts those that were read. */
async function* summaries(
  context: CliContext,
  command: Command,
  session: DlqSession,
  totals: { read: number },
  progress: (text: () => string) => void,
): AsyncGenerator<LetterSummary> {
  const [{ lettersBackward }, { lettersInSourceOrder }, { summaryOf }] = await Promise.all([
    import("../../dlq/read-letters.ts"),
    import("../../dlq/source-order.ts"),
    import("../../dlq/letter-summary.ts"),
  ]);
  const filter = filterOf(command, context);
  const ranges = await session.ranges(filter);
  const total = countOf(ranges);
  const count = () => {
    totals.read++;
    progress(() => `read ${totals.read} of ${total}`);
  };
  if (command.opts<Flags>().oldest) {
    for await (const letter of lettersInSourceOrder(session.source, ranges)) {
      count();
      if (matches(filter, letter)) yield summaryOf(letter);
    }
  } else {
    yield* lettersBackward(session.source, ranges, (letter) => {
      count();
      return matches(filter, letter) ? summaryOf(letter) : null;
    });
  }
}

function summaryText(totals: { readonly shown: number; readonly unknown: number }, limit: number): string {
  const unknown = totals.unknown === 0 ? "" : `, ${totals.unknown} of them no dead letters that can be told`;
  const more = totals.shown === limit ? "; there may be more (--limit)" : "";
  return `letters: ${totals.shown}${unknown}${more}`;
}
