// `dashstream threads`: threads that a server has halted after a gap, and letting them go on.

import type { Command } from "commander";
import type { AdminClient, HaltedThread } from "../client/admin.ts";
import { DashstreamError } from "../errors.ts";
import { defineCommand, defineGroup, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { quoted } from "./foreign-text.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import { serverOrigin } from "./server-address.ts";
import { printTable } from "./table.ts";

interface ServerFlags {
  readonly url?: string;
  readonly timeout: number;
  readonly json?: true;
}

interface ResetFlags extends ServerFlags {
  readonly all?: true;
}

const ls = defineCommand({
  name: "ls",
  description: "List the threads that a server has halted after a gap (SEQUENCE_GAP_POLICY=halt).",
  examples: [
    ["threads ls", "of the server of this machine and configuration"],
    ["threads ls --url http://server:3002 --json", "of another one, one JSON object"],
  ],
  configure: addServerFlags,
  action: listHalted,
});

const reset = defineCommand({
  name: "reset",
  description: [
    "Let halted threads go on with their next records.",
    "",
    "What came meanwhile is in the dead-letter topic, as thread_halted.",
  ].join("\n"),
  exitCodes: { 0: "all were reset", 1: "the server knows no such thread, refuses or does not answer" },
  examples: [
    ["threads reset run-17", "one thread"],
    ["threads reset --all", "all that are halted"],
    ["threads reset -- -odd 'with blanks/and slashes'", "ids that begin with a dash, and others"],
  ],
  configure: (command) => {
    command.argument("[threads...]", "ids of the threads").option("--all", "all halted threads");
    addServerFlags(command);
  },
  async action(context, command) {
    const { all } = command.opts<ResetFlags>();
    const count = command.args.length;
    if (all && count > 0)
      throw new DashstreamError("usage", "--all and ids of threads are both given, expected one");
    if (!all && count === 0)
      throw new DashstreamError("usage", "expected ids of threads, or --all for all halted ones");
    const client = await adminClient(context, command);
    return all ? await resetAll(context, command, client) : await resetSome(context, command, client);
  },
});

export const threadsCommand = defineGroup({
  name: "threads",
  description: "Show and release threads that a server has halted.",
  examples: [
    ["threads ls", "which are halted"],
    ["threads reset --all", "let them go on"],
  ],
  commands: [ls, reset],
});

function addServerFlags(command: Command): void {
  command
    .option("--url <url>", "address of the server; default: the configured one")
    .option("--timeout <seconds>", "longest wait for an answer", wholeNumber(1, 3600), 5)
    .option("--json", "one JSON object");
  addOptionFlags(command, "threads");
}

async function adminClient(context: CliContext, command: Command): Promise<AdminClient> {
  const { config } = loadCommandConfig(context, command, "threads");
  const flags = command.opts<ServerFlags>();
  const url = flags.url ?? serverOrigin(config);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DashstreamError("usage", `--url is "${url}", expected http://host:port`);
  }
  const { createAdminClient } = await import("../client/admin.ts");
  const timeout = () => AbortSignal.timeout(flags.timeout * 1000);
  return createAdminClient({ url, token: config.adminToken, timeout });
}

async function listHalted(context: CliContext, command: Command): Promise<ExitCode> {
  const { printer } = context;
  const threads = await (await adminClient(context, command)).haltedThreads();
  if (command.opts<ServerFlags>().json) printer.json({ threads: threads.map(threadJson) });
  else if (threads.length === 0) printer.line("no thread is halted");
  else printThreads(threads, printer);
  return 0;
}

async function resetAll({ printer }: CliContext, command: Command, client: AdminClient): Promise<ExitCode> {
  const count = await client.resetHaltedThreads();
  if (command.opts<ResetFlags>().json) printer.json({ reset_count: count });
  else printer.line(count === 0 ? "no thread was halted" : `reset: ${count} halted threads`);
  return 0;
}

async function resetSome({ printer }: CliContext, command: Command, client: AdminClient): Promise<ExitCode> {
  const { reset: done, notTracked } = await client.resetThreads(command.args);
  if (command.opts<ResetFlags>().json) printer.json({ reset: done, not_tracked: notTracked });
  else {
    for (const id of done) printer.line(`reset: ${quoted(id)}`);
    for (const id of notTracked) printer.error(`the server knows no thread ${quoted(id)}`);
  }
  return notTracked.length > 0 ? 1 : 0;
}

function printThreads(threads: readonly HaltedThread[], printer: Printer): void {
  const rows = threads.map(({ partition, threadId, expected, received, size }) => [
    partition,
    expected,
    received,
    size,
    quoted(threadId),
  ]);
  printTable(printer, ["partition", "expected", "received", "missing", "thread"], rows);
}

function threadJson({ partition, threadId, expected, received, size }: HaltedThread): object {
  return { partition, thread_id: threadId, expected, received, missing: size };
}
