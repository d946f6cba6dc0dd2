// `dashstream offsets`: where a consumer group stands, and letting it go on elsewhere.

import type { Command } from "commander";
import type { Setting } from "../config/load.ts";
import { DashstreamError } from "../errors.ts";
import { kafkaSettings } from "../server/kafka-config.ts";
import type { GroupLag } from "../stream/group-lag.ts";
import { memberNames } from "../stream/group-members.ts";
import type { KafkaAdmin } from "../stream/kafka-admin.ts";
import type { PartitionReset, ResetPlan } from "../stream/offset-reset.ts";
import { defineCommand, defineGroup, wholeNumber } from "./command.ts";
import { commandLog } from "./command-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { printable } from "./foreign-text.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import { printTable } from "./table.ts";

interface GroupFlags {
  readonly group?: string;
  readonly topic?: string;
  readonly json?: true;
}

interface ResetFlags extends GroupFlags {
  readonly to: string;
  readonly partition?: readonly number[];
  readonly execute?: true;
}

const ls = defineCommand({
  name: "ls",
  description:
    "Show where a consumer group stands in a topic: what it committed, what the log holds, its lag.",
  examples: [
    ["offsets ls", "the group and topic of the configuration"],
    ["offsets ls --group other --json", "another group, for programs"],
  ],
  configure: addGroupFlags,
  action: (context, command) =>
    withAdmin(context, command, async ({ admin, groupId, topic }) => {
      const { groupLag } = await import("../stream/group-lag.ts");
      const lag = await groupLag(admin, groupId, topic);
      if (command.opts<GroupFlags>().json) context.printer.json(lagJson(lag));
      else printLag(lag, context.printer);
      return 0;
    }),
});

const reset = defineCommand({
  name: "reset",
  description: [
    "Let a consumer group skip records, or read them again. Only says what would change unless --execute is given.",
    "",
    "Nobody may be in the group meanwhile: stop the servers, reset, start them again.",
  ].join("\n"),
  exitCodes: { 0: "done or shown", 1: "the group is in use, or Kafka does not answer" },
  examples: [
    ["offsets reset --to latest", "what skipping everything old would mean"],
    ["offsets reset --to latest --execute", "skip it"],
    ["offsets reset --to 2h --execute", "skip what is older than two hours, or read it again"],
    ["offsets reset --to 2026-05-01T12:00:00Z", "from that time on"],
    ["offsets reset --partition 0 --to 1042 --execute", "from one record on"],
    ["offsets reset --partition 0,3 --to latest", "two partitions only"],
  ],
  configure: (command) => {
    command
      .requiredOption(
        "--to <target>",
        "latest, earliest, how long ago (2h, 1h30m, 7d), a time with its zone (2026-05-01T12:00:00Z), or an offset",
      )
      .option("--partition <number...>", "only these, also as a comma list; default: all", collectPartitions)
      .option("--execute", "change it; without it nothing is changed");
    addGroupFlags(command);
  },
  action: (context, command) =>
    withAdmin(context, command, async ({ admin, groupId, topic }) => {
      const { clock, printer } = context;
      const { to, partition: partitions = null, execute, json } = command.opts<ResetFlags>();
      const [{ carryOut, obstacleTo, planReset }, { parseResetTarget }] = await Promise.all([
        import("../stream/offset-reset.ts"),
        import("../stream/reset-target.ts"),
      ]);
      const target = parseResetTarget(to, clock.nowMs());
      const plan = await planReset(admin, { groupId, topic, target, partitions });
      if (execute) await carryOut(admin, plan);
      const obstacle = execute ? null : obstacleTo(plan);
      if (json) printer.json(planJson(plan, { executable: obstacle === null, executed: execute === true }));
      else printPlan(plan, printer);
      if (obstacle !== null) printer.note(`warning: --execute would fail now: ${obstacle}`);
      if (!json) printer.note(execute ? "done" : "nothing was changed; --execute does it");
      return 0;
    }),
});

export const offsetsCommand = defineGroup({
  name: "offsets",
  description: "Show and reset the offsets of a consumer group.",
  examples: [
    ["offsets ls", "where the group of the configuration stands"],
    ["offsets reset --to latest", "what skipping its backlog would mean; --execute skips it"],
  ],
  commands: [ls, reset],
});

const onePartition = wholeNumber(0, 2 ** 31 - 1);

function collectPartitions(text: string, previous: readonly number[] = []): readonly number[] {
  return [...previous, ...text.split(",").map((item) => onePartition(item.trim()))];
}

function addGroupFlags(command: Command): void {
  command
    .option("--group <name>", "the consumer group; default: the configured one")
    .option("--topic <name>", "the topic; default: the configured one")
    .option("--json", "one JSON object");
  addOptionFlags(command, "offsets");
}

interface Subject {
  readonly admin: KafkaAdmin;
  readonly groupId: string;
  readonly topic: string;
}

async function withAdmin(
  context: CliContext,
  command: Command,
  use: (subject: Subject) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { clock, network } = context;
  const { config, settings } = loadCommandConfig(context, command, "offsets");
  const { group = config.kafkaGroupId, topic = config.kafkaTopic } = command.opts<GroupFlags>();
  refuseTwoValues("--group", group, settings, "kafkaGroupId");
  refuseTwoValues("--topic", topic, settings, "kafkaTopic");
  const log = commandLog(context, "offsets", config);
  const { createKafkaAdmin } = await import("../stream/kafka-admin.ts");
  const admin = createKafkaAdmin({ settings: kafkaSettings(config), network, clock, log });
  try {
    return await use({ admin, groupId: group, topic });
  } finally {
    await admin.close();
    log.close();
  }
}

/** The short flag and that of the configuration say the same thing. */
function refuseTwoValues(
  flag: string,
  value: string,
  settings: readonly Setting[],
  key: Setting["key"],
): void {
  const other = settings.find((setting) => setting.key === key);
  if (other?.origin.from !== "flag" || other.text === value) return;
  const names = `${flag} is "${value}" and ${other.origin.name} is "${other.text}"`;
  throw new DashstreamError("usage", `${names}: both name the same, expected one of them`);
}

/** Characters of the members' names. */
const MAX_NAMES_LENGTH = 500;

function groupLine({ groupId, topic, state, members }: GroupLag): string {
  const who = members.length === 0 ? "nobody is in it" : printable(memberNames(members), MAX_NAMES_LENGTH);
  return `group ${groupId} in topic ${topic}: ${state === "Dead" ? "does not exist yet" : `${state}, ${who}`}`;
}

function printLag(lag: GroupLag, printer: Printer): void {
  const rows = lag.partitions.map(
    ({ partition, committedOffset, logStartOffset, logEndOffset, lagCount }) => [
      partition,
      committedOffset,
      logStartOffset,
      logEndOffset,
      lagCount,
    ],
  );
  printer.line(groupLine(lag));
  printTable(printer, ["partition", "committed", "log start", "log end", "lag"], rows);
  if (lag.partitions.some(({ lagCount }) => lagCount !== null)) {
    printer.line(`total lag ${lag.totalLagCount}`);
  }
}

function lagJson({ groupId, topic, state, members, partitions, totalLagCount }: GroupLag): object {
  return {
    group: groupId,
    topic,
    state,
    members: membersJson(members),
    partitions: partitions.map(({ partition, committedOffset, logStartOffset, logEndOffset, lagCount }) => ({
      partition,
      committed: committedOffset,
      log_start: logStartOffset,
      log_end: logEndOffset,
      lag: lagCount,
    })),
    total_lag: totalLagCount,
  };
}

function membersJson(members: GroupLag["members"]): readonly object[] {
  return members.map(({ memberId, clientId, clientHost }) => ({
    member_id: memberId,
    client_id: clientId,
    client_host: clientHost,
  }));
}

function noteOf({ fromOffset, clampedTo }: PartitionReset): string {
  const notes = [
    ...(fromOffset === null ? ["nothing committed yet"] : []),
    ...(clampedTo === null ? [] : [`beyond the ${clampedTo}, which is taken`]),
  ];
  return notes.join("; ");
}

function printPlan({ group, partitions }: ResetPlan, printer: Printer): void {
  const rows = partitions.map((reset) => {
    const { partition, fromOffset, toOffset, skippedCount, readAgainCount } = reset;
    return [partition, fromOffset, toOffset, skippedCount, readAgainCount, noteOf(reset)];
  });
  printer.line(groupLine(group));
  printTable(printer, ["partition", "from", "to", "skipped", "read again", ""], rows);
}

interface PlanState {
  /** Whether `--execute` would work now. */
  readonly executable: boolean;
  readonly executed: boolean;
}

function planJson({ group, partitions }: ResetPlan, { executable, executed }: PlanState): object {
  return {
    group: group.groupId,
    topic: group.topic,
    state: group.state,
    members: membersJson(group.members),
    executable,
    executed,
    partitions: partitions.map((reset) => ({
      partition: reset.partition,
      from: reset.fromOffset,
      to: reset.toOffset,
      skipped: reset.skippedCount,
      read_again: reset.readAgainCount,
      clamped_to: reset.clampedTo,
    })),
  };
}
