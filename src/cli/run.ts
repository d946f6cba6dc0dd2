// One command line from start to exit code. Whatever goes wrong ends as one clear line on standard error; the stack
// is shown only to those who ask with LOG_LEVEL=debug.

import { Command, CommanderError } from "commander";
import { DashstreamError, describeError } from "../errors.ts";
import type { CommandFactory, Outcome } from "./command.ts";
import { examplesText } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";

/** Codes of errors that are the caller's mistake and not the program's failure. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "usage",
  "config_invalid",
  "promql_invalid",
  "promql_unsupported",
  "rules_invalid",
  "scenario_invalid",
]);

/** Runs `args`, the words after the program's name. Never throws. */
export async function runCommandLine(
  args: readonly string[],
  context: CliContext,
  commands: readonly CommandFactory[],
): Promise<ExitCode> {
  const outcome: Outcome = { exitCode: 0 };
  const program = createProgram(context, commands, outcome);
  try {
    await program.parseAsync(args, { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    return report(error, context);
  }
}

function createProgram(context: CliContext, commands: readonly CommandFactory[], outcome: Outcome): Command {
  const { printer, build } = context;
  const program = new Command("dashstream")
    .description("Telemetry from Kafka to WebSocket clients, in order and with every loss named.")
    .version(build.version, "-V, --version", "print the version")
    .addHelpText(
      "after",
      examplesText([
        ["demo", "broker, traffic and server in one process"],
        ["serve --kafka-brokers kafka:9092", "beside a real Kafka"],
        ["tail --type state_diff", "watch the stream"],
      ]),
    );
  for (const create of commands) {
    program.addCommand(create(context, outcome), { hidden: create.isHidden ?? false });
  }
  for (const command of [program, ...descendants(program)]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => printer.text(text),
      // Help that was not asked for; it has its own line feeds.
      writeErr: (text) => printer.note(text.trimEnd()),
      outputError: (text) => printer.error(oneLine(text)),
    });
  }
  return program;
}

/** A message of commander, which writes its guess at what was meant below it. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, "")
    .trimEnd()
    .replaceAll("\n", " ");
}

function descendants(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}

function report(error: unknown, { printer, env }: CliContext): ExitCode {
  // commander has printed it already; its exit code is 0 for --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  printer.error(describeError(error));
  if (env.LOG_LEVEL?.toLowerCase() === "debug" && error instanceof Error) printer.note(error.stack ?? "");
  return error instanceof DashstreamError && USAGE_CODES.has(error.code) ? 2 : 1;
}
