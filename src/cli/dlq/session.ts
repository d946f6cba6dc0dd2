// What the commands on dead letters share: the connection to Kafka, which letters are meant, and progress.

import type { Command } from "commander";
import { type FilterTexts, type LetterFilter, parseFilter } from "../../dlq/filter.ts";
import { FAMILIES } from "../../dlq/letter.ts";
import { letterRanges } from "../../dlq/letter-ranges.ts";
import type { LetterSource } from "../../dlq/read-letters.ts";
import { TIME_FORMS } from "../../runtime/time-text.ts";
import { kafkaSettings } from "../../server/kafka-config.ts";
import type { KafkaAdmin, PartitionRange } from "../../stream/kafka-admin.ts";
import type { KafkaSettings } from "../../stream/kafka-settings.ts";
import type { Log } from "../../telemetry/log.ts";
import { collect } from "../command.ts";
import { commandLog } from "../command-log.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { printable } from "../foreign-text.ts";
import { loadCommandConfig } from "../option-flags.ts";

export interface DlqSession {
  readonly settings: KafkaSettings;
  readonly log: Log;
  readonly admin: KafkaAdmin;
  readonly source: LetterSource & { readonly signal: AbortSignal };
  /**
   * What there is to read of each partition, as far as `filter` can mean it.
   * @throws DashstreamError `usage` if it names a partition that the topic has not
   */
  ranges(filter: LetterFilter): Promise<readonly PartitionRange[]>;
}

const PROGRESS_INTERVAL_MS = 200;
const MAX_NOTE_LENGTH = 2_000;

/** Connects, runs a command, and closes the connection whatever happens. */
export async function withDlq(
  context: CliContext,
  command: Command,
  run: (session: DlqSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { clock, network, interrupted } = context;
  const { config } = loadCommandConfig(context, command, "dlq");
  const log = commandLog(context, "dlq", config);
  // Only now, so that the other commands start without them.
  const [{ createRangeReader }, { createKafkaAdmin }] = await Promise.all([
    import("../../stream/range-reader.ts"),
    import("../../stream/kafka-admin.ts"),
  ]);
  const settings = kafkaSettings(config);
  const shared = { settings, network, clock, log };
  const admin = createKafkaAdmin(shared);
  const reader = createRangeReader(shared);
  const topic = config.kafkaDlqTopic;
  try {
    return await run({
      settings,
      log,
      admin,
      source: { reader, topic, fallbackTopic: config.kafkaTopic, signal: interrupted },
      ranges: (filter) => letterRanges(admin, topic, filter),
    });
  } finally {
    await Promise.all([reader.close(), admin.close()]);
    log.close();
  }
}

/** Adds the flags that choose letters. */
export function addFilterFlags(command: Command): void {
  command
    .option("--type <name...>", "only these error types; Java's without their package too", collect)
    .option("--tenant <id...>", "only of these tenants", collect)
    .option("--thread <id...>", "only of these threads", collect)
    .option("--family <name...>", `only of these writers: ${FAMILIES.join(", ")}`, collect)
    .option("--since <time>", `only from then on: ${TIME_FORMS}`)
    .option("--until <time>", "only before then")
    .option("--partition <number...>", "only of these partitions of the dead-letter topic", collect)
    .option("--offset <range>", "only these offsets: N, A..B, A.. or ..B");
}

/** The filter of a command's flags. @throws DashstreamError `usage` */
export function filterOf(command: Command, { clock }: CliContext): LetterFilter {
  return parseFilter(command.opts<FilterTexts>(), clock.nowMs());
}

/** A line about the run, which may hold text of strangers. */
export function printNote({ printer }: CliContext, text: string): void {
  printer.note(`note: ${printable(text, MAX_NOTE_LENGTH)}`);
}

/** Shows progress, but not more often than anybody can read. */
export function progressLine({ clock, printer }: CliContext): (text: () => string) => void {
  let shownAtMs = clock.monotonicMs();
  return (text) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - shownAtMs < PROGRESS_INTERVAL_MS) return;
    shownAtMs = nowMs;
    printer.progress(text());
  };
}
