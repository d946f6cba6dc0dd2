// `dashstream dlq purge`: dead letters are deleted, as far as Kafka can.

import type { Command } from "commander";
import { counted } from "../../dlq/counted.ts";
import { defaultLedgerPath } from "../../dlq/ledger-path.ts";
import type { PurgeCut } from "../../dlq/purge.ts";
import { DashstreamError } from "../../errors.ts";
import { parseTime, TIME_FORMS } from "../../runtime/time-text.ts";
import type { PartitionRange } from "../../stream/kafka-admin.ts";
import { collect, defineCommand } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { printable } from "../foreign-text.ts";
import { addOptionFlags } from "../option-flags.ts";
import type { Printer } from "../printer.ts";
import { printTable } from "../table.ts";
import { type DlqSession, filterOf, printNote, progressLine, withDlq } from "./session.ts";

interface Flags {
  readonly before?: string;
  readonly redriven?: true;
  readonly toTopic?: string;
  readonly ledger?: string;
  readonly execute?: true;
  readonly json?: true;
}

const MAX_REASON_LENGTH = 120;

export const purgeCommand = defineCommand({
  name: "purge",
  description: [
    "Delete dead letters for good. Only says what it would delete unless --execute is given.",
    "",
    "Kafka deletes from the start of a partition up to an offset and nothing in between, so that is what can be asked for: everything before a time or an offset, or everything up to the first letter that was not redriven.",
  ].join("\n"),
  examples: [
    ["dlq purge --before 30d", "what is older than 30 days"],
    ["dlq purge --before 1200 --partition 0 --execute", "delete offsets below 1200 of partition 0"],
    ["dlq purge --redriven --execute", "delete what the ledger says was sent back"],
  ],
  configure: (command) => {
    command
      .option("--before <time|offset>", `everything before it: an offset, ${TIME_FORMS}`)
      .option("--redriven", "everything up to the first letter that the ledger does not say was sent")
      .option("--to-topic <topic>", "with --redriven: what was sent to this topic counts, not to its own")
      .option("--ledger <path>", "with --redriven: the ledger of the redrives")
      .option("--partition <number...>", "only in these partitions", collect)
      .option("--execute", "delete; without it nothing is deleted")
      .option("--json", "one JSON object");
    addOptionFlags(command, "dlq");
  },
  action: (context, command) => {
    requireOneWay(command.opts<Flags>());
    return withDlq(context, command, (session) => purge(context, command, session));
  },
});

/** @throws DashstreamError `usage` also for a flag that would be ignored */
function requireOneWay({ before, redriven, toTopic, ledger }: Flags): void {
  if ((before === undefined) === (redriven === undefined)) {
    throw new DashstreamError("usage", "purge takes either --before or --redriven, expected one of them");
  }
  const ignored = toTopic !== undefined ? "--to-topic" : ledger !== undefined ? "--ledger" : null;
  if (before === undefined || ignored === null) return;
  throw new DashstreamError("usage", `${ignored} says nothing with --before, expected only with --redriven`);
}

async function purge(context: CliContext, command: Command, session: DlqSession): Promise<ExitCode> {
  const { printer } = context;
  const { execute = false, json, before } = command.opts<Flags>();
  const { topic } = session.source;
  const ranges = await session.ranges(filterOf(command, context));
  const cuts =
    before === undefined
      ? await redrivenCuts(context, command, session, ranges)
      : await beforeCuts(context, before, session, ranges);
  const wanted = cuts.filter(({ offsets }) => offsets > 0);
  if (execute && wanted.length > 0) {
    await session.admin.deleteRecordsBefore(
      topic,
      new Map(wanted.map(({ partition, beforeOffset }) => [partition, beforeOffset])),
    );
  }
  if (json) printer.json(cutsJson(topic, cuts, execute));
  else printCuts(topic, cuts, execute, printer);
  return 0;
}

async function beforeCuts(
  { clock }: CliContext,
  before: string,
  { admin, source }: DlqSession,
  ranges: readonly PartitionRange[],
): Promise<readonly PurgeCut[]> {
  const { cutsBefore } = await import("../../dlq/purge.ts");
  if (/^\d{1,15}$/.test(before)) return cutsBefore(ranges, () => Number(before));
  const timeMs = parseTime(before, clock.nowMs());
  if (timeMs === null) {
    throw new DashstreamError("usage", `--before is "${before}", expected an offset, ${TIME_FORMS}`);
  }
  const offsets = await admin.offsetsAt(source.topic, timeMs);
  return cutsBefore(ranges, (partition) => offsets.get(partition) ?? 0);
}

async function redrivenCuts(
  context: CliContext,
  command: Command,
  { admin, source }: DlqSession,
  ranges: readonly PartitionRange[],
): Promise<readonly PurgeCut[]> {
  const { toTopic, ledger } = command.opts<Flags>();
  const [{ cutsOfRedriven }, { readLedger }] = await Promise.all([
    import("../../dlq/purge.ts"),
    import("../../dlq/ledger.ts"),
  ]);
  const subject = { clusterId: await admin.clusterId(), topic: source.topic };
  const path = ledger ?? defaultLedgerPath(context.env, subject.clusterId, subject.topic);
  const onNote = (text: string) => printNote(context, text);
  const progress = progressLine(context);
  let read = 0;
  return cutsOfRedriven(source, ranges, await readLedger({ path, subject, onNote }), toTopic ?? null, () => {
    read++;
    progress(() => `read ${read}`);
  });
}

function printCuts(topic: string, cuts: readonly PurgeCut[], isDone: boolean, printer: Printer): void {
  const rows = cuts.map(({ partition, logStartOffset, logEndOffset, beforeOffset, offsets, stopsAt }) => {
    const why = stopsAt === null ? "" : `stops: ${printable(stopsAt, MAX_REASON_LENGTH)}`;
    return [partition, logStartOffset, beforeOffset, offsets, logEndOffset - beforeOffset, why];
  });
  const headings = ["partition", "from", "before", isDone ? "deleted" : "to delete", "left", ""];
  printTable(printer, headings, rows);
  const total = cuts.reduce((sum, { offsets }) => sum + offsets, 0);
  const letters = counted(total, "dead letter");
  printer.line(
    isDone
      ? `deleted ${letters} of ${topic}`
      : `dry run: ${letters} of ${topic} would be deleted; add --execute to delete`,
  );
}

function cutsJson(topic: string, cuts: readonly PurgeCut[], isDone: boolean): object {
  return {
    topic,
    dry_run: !isDone,
    letters: cuts.reduce((sum, { offsets }) => sum + offsets, 0),
    partitions: cuts.map(({ partition, logStartOffset, logEndOffset, beforeOffset, offsets, stopsAt }) => ({
      partition,
      log_start_offset: logStartOffset,
      log_end_offset: logEndOffset,
      before_offset: beforeOffset,
      letters: offsets,
      stops_at: stopsAt,
    })),
  };
}
