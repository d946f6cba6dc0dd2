// `dashstream dlq redrive`: dead letters go back where they came from.

import { type Command, InvalidArgumentError } from "commander";
import { topicName } from "../../config/kind.ts";
import { defaultLedgerPath } from "../../dlq/ledger-path.ts";
import type { RedriveOptions } from "../../dlq/redrive.ts";
import { isComplete } from "../../dlq/redrive-report.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { addOptionFlags } from "../option-flags.ts";
import { printReport, reportJson } from "./redrive-view.ts";
import { addFilterFlags, type DlqSession, filterOf, printNote, progressLine, withDlq } from "./session.ts";

interface Flags {
  readonly execute?: true;
  readonly toTopic?: string;
  readonly repartition?: true;
  readonly maxHops: number;
  readonly rate?: number;
  readonly batch: number;
  readonly ledger?: string;
  readonly includeSent?: true;
  readonly keepTimestamp?: true;
  readonly json?: true;
}

const MAX_RATE = 1_000_000;
const DEFAULT_MAX_HOPS = 3;
const DEFAULT_BATCH = 100;

export const redriveCommand = defineCommand({
  name: "redrive",
  description: [
    "Send dead letters back where they came from. Only says what it would do unless --execute is given.",
    "",
    "A record gets its own key, headers and partition back, a header with an id that all its copies share (dashstream-record-id) and one with the number of its redrives. Its value comes out of the letter, or from the source if it has the SHA-256 of the letter.",
    "",
    "Each letter is sent at least once: a ledger keeps what was sent, so that another run goes on where one was killed and repeats one batch at most. Interrupted, it ends after the batch under way.",
  ].join("\n"),
  exitCodes: {
    0: "each letter that is meant was sent, now or before (dry run: would be)",
    1: "some were not",
  },
  examples: [
    ["dlq redrive --type schema_mismatch", "what would be sent, and what not and why"],
    ["dlq redrive --type schema_mismatch --execute --rate 200", "send it, 200 records a second"],
    ["dlq redrive --to-topic repaired --execute --json", "to another topic; the report as JSON"],
  ],
  configure: (command) => {
    addFilterFlags(command);
    command
      .option("--execute", "send; without it nothing is sent and nothing written")
      .option("--to-topic <topic>", "send all to this topic instead of each to its own", topic)
      .option("--repartition", "let the key decide where the target has not the partition of a record")
      .option(
        "--max-hops <count>",
        "leave records that were redriven so often",
        wholeNumber(1, 1000),
        DEFAULT_MAX_HOPS,
      )
      .option("--rate <number>", "records a second at most; default: no limit", wholeNumber(1, MAX_RATE))
      .option(
        "--batch <count>",
        "letters that are sent and noted together",
        wholeNumber(1, 10_000),
        DEFAULT_BATCH,
      )
      .option(
        "--ledger <path>",
        "file that keeps what was sent; default: one for each topic in XDG_STATE_HOME",
      )
      .option("--include-sent", "send again what the ledger says was sent")
      .option(
        "--keep-timestamp",
        "give records their original time; Kafka may then delete them at once for their age",
      )
      .option("--json", "only the report, as one JSON object");
    addOptionFlags(command, "dlq");
  },
  action: (context, command) => withDlq(context, command, (session) => send(context, command, session)),
});

/** For an option that names a topic. */
function topic(text: string): string {
  const kind = topicName();
  const parsed = kind.parse(text, () => "");
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(`expected ${kind.expected}`);
}

async function send(context: CliContext, command: Command, session: DlqSession): Promise<ExitCode> {
  const { clock, random, printer, network, env } = context;
  const { admin, source, settings, log } = session;
  const flags = command.opts<Flags>();
  const options = optionsOf(command, context);
  const [{ redrive }, { openLedger, readLedger }, { createTopicWriters }, { systemProcesses }] =
    await Promise.all([
      import("../../dlq/redrive.ts"),
      import("../../dlq/ledger.ts"),
      import("../../dlq/topic-writers.ts"),
      import("../../runtime/process-identity.ts"),
    ]);
  const subject = { clusterId: await admin.clusterId(), topic: source.topic };
  const path = flags.ledger ?? defaultLedgerPath(env, subject.clusterId, subject.topic);
  const onNote = (text: string) => printNote(context, text);
  const ranges = await session.ranges(options.filter);
  const ledgerOptions = { path, subject, onNote };
  const ledger = flags.execute
    ? await openLedger({ ...ledgerOptions, clock, processes: systemProcesses })
    : null;
  const sendTimeoutMs = settings.operationTimeoutMs;
  const writers = createTopicWriters({ settings, sendTimeoutMs, network, clock, log });
  const progress = progressLine(context);
  try {
    const report = await redrive(options, {
      source,
      ranges,
      admin,
      sent: ledger?.index ?? (await readLedger(ledgerOptions)),
      execution: ledger && { ledger, write: writers.write },
      clock,
      random,
      patienceMs: settings.operationTimeoutMs,
      onProgress: ({ considered, total, sent }) =>
        progress(() => `read ${considered} of ${total}, ${flags.execute ? "sent" : "to send"} ${sent}`),
      onNote,
    });
    if (flags.json) printer.json({ ...reportJson(report), ledger: path });
    else printReport(report, path, printer);
    return isComplete(report) ? 0 : 1;
  } finally {
    writers.close();
    await ledger?.close();
  }
}

function optionsOf(command: Command, context: CliContext): RedriveOptions {
  const flags = command.opts<Flags>();
  return {
    filter: filterOf(command, context),
    toTopic: flags.toTopic ?? null,
    repartition: flags.repartition === true,
    maxHops: flags.maxHops,
    ratePerSecond: flags.rate ?? null,
    batchSize: flags.batch,
    includeSent: flags.includeSent === true,
    keepTimestamp: flags.keepTimestamp === true,
  };
}
