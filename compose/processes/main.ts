#!/usr/bin/env bun
// The commands of the stack as processes, for the Makefile: up, down, status, logs, and single services.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { createPrinter, descriptorOutput } from "../../src/cli/printer.ts";
import { DashstreamError, describeError } from "../../src/errors.ts";
import { interruptSignal } from "../../src/runtime/interrupt.ts";
import { printAddresses, printCopies } from "./commands/addresses.ts";
import { showLogs } from "./commands/logs.ts";
import { printStatus } from "./commands/status.ts";
import { type KafkaComponent, kafkaRelease } from "./kafka/releases.ts";
import { environment } from "./machine.ts";
import { hasStack, openStack } from "./open-stack.ts";
import { startStack } from "./start-stack.ts";

interface Flags {
  readonly dir: string;
  readonly portOffset: number;
  readonly kafka: KafkaComponent;
  readonly binary?: string;
  readonly profiles?: readonly string[];
  readonly composeFile?: string;
  readonly json?: true;
  readonly follow?: true;
  readonly lines: number;
  readonly wipe?: true;
}

const DEFAULT_LINES = 100;
/** Codes of errors that are the caller's mistake. */
const USAGE_CODES: ReadonlySet<string> = new Set(["usage", "config_invalid"]);

const printer = createPrinter(
  descriptorOutput(1, () => process.exit(0)),
  descriptorOutput(2, () => process.exit(0)),
  environment(),
);
const interrupted = interruptSignal();
const say = (line: string) => printer.line(line);
let exitCode = 0;

function wholeNumber(text: string): number {
  if (!/^-?\d{1,5}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

function lineCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("expected a number of lines");
  return Number(text);
}

function names(text: string): readonly string[] {
  return text.split(",").filter((name) => name !== "");
}

const directory = () =>
  new Option("--dir <folder>", "state: processes, logs, data").env("STACK_DIR").default(".stack");

function define(name: string, description: string): Command {
  return new Command(name).description(description).addOption(directory());
}

const up = define("up", "Start what does not run yet; ends when all of it is ready.")
  .addOption(
    new Option("--port-offset <number>", "shifts all ports")
      .env("STACK_PORT_OFFSET")
      .argParser(wholeNumber)
      .default(0),
  )
  .addOption(
    new Option("--kafka <release>", "Apache Kafka 3.9 or 4")
      .env("STACK_KAFKA")
      .argParser((text: string): KafkaComponent => {
        const release = kafkaRelease(text);
        if (release !== null) return release;
        throw new InvalidArgumentError("expected 3.9 or 4");
      })
      .default("kafka-3.9"),
  )
  .addOption(
    new Option("--binary <file>", "the executable of dashstream instead of its sources").env("STACK_BINARY"),
  )
  .addOption(
    new Option("--profiles <names>", "profiles of the compose file, a comma list")
      .env("STACK_PROFILES")
      .argParser(names),
  )
  .addOption(new Option("--compose-file <file>", "another compose file").env("STACK_COMPOSE_FILE"))
  .action(async (flags: Flags) => {
    const { dir, portOffset, kafka, binary, profiles, composeFile } = flags;
    await startStack({
      dir,
      portOffset,
      kafka,
      ...(profiles === undefined ? {} : { profiles }),
      ...(composeFile === undefined ? {} : { composeFile }),
      ...(binary === undefined ? {} : { binary }),
      variables: environment(),
      isTied: false,
      signal: interrupted,
      say,
      onWaiting: (waiting) => {
        if (waiting.length > 0) printer.progress(`waiting for ${waiting.join(", ")}`);
      },
    });
  });

const status = define("status", "Show the services; exits 1 unless all of them are ready.")
  .option("--json", "one JSON object")
  .action(async ({ dir, json }: Flags) => {
    exitCode = (await printStatus(openStack(dir), printer, json === true)) ? 0 : 1;
  });

const addresses = define(
  "addresses",
  "Show where published ports are, if the offset shifts them, and copies of mounted files, if there are any.",
).action(({ dir }: Flags) => {
  if (!hasStack(dir)) return;
  const stack = openStack(dir);
  printAddresses(stack, printer);
  printCopies(stack, printer);
});

const logs = define("logs", "Show the end of the logs of all services, or of one.")
  .argument("[service]")
  .addOption(new Option("--lines <number>", "lines of each").argParser(lineCount).default(DEFAULT_LINES))
  .option("--follow", "and what comes, until Ctrl-C")
  .action(async (service: string | undefined, { dir, lines, follow }: Flags) => {
    await showLogs(openStack(dir), printer, {
      lines,
      ...(service === undefined ? {} : { service }),
      ...(follow ? { follow: interrupted } : {}),
    });
  });

const down = define("down", "End everything in order; data and logs stay.")
  .option("--wipe", "remove data and logs too")
  .action(async ({ dir, wipe }: Flags) => {
    // As with an engine, ending what is not there is no failure.
    if (hasStack(dir)) await openStack(dir, { say }).down({ wipe: wipe === true });
    else say(`no stack was started in ${dir}`);
  });

function single(name: "start" | "stop" | "restart" | "kill", description: string): Command {
  return define(name, description)
    .argument("<service>")
    .action(async (service: string, { dir }: Flags) => {
      await openStack(dir, { say })[name](service);
      if (name === "start" || name === "restart") say(`${service}: ready`);
    });
}

/** Part of the help, and of that of the Makefile, whose targets `stack-...` pass these on instead of options. */
const VARIABLES = `
Variables:
  STACK_DIR           folder of the stack: processes, logs, data (default .stack)
  STACK_PROFILES      profiles of the compose file, a comma list such as demo (default COMPOSE_PROFILES)
  STACK_KAFKA         Apache Kafka 3.9 or 4 (default 3.9)
  STACK_PORT_OFFSET   shifts all ports (default 0)
  STACK_BINARY        the executable of dashstream instead of its sources
  STACK_COMPOSE_FILE  another compose file`;

const program = new Command("stack")
  .description("The stack of the compose file as processes.")
  .addHelpText("after", VARIABLES);
const commands = [
  up,
  status,
  addresses,
  logs,
  down,
  single("start", "Start a service that was stopped, and wait until it is ready."),
  single("stop", "End a service in order."),
  single("restart", "Stop and start a service, and wait until it is ready."),
  single("kill", "End a service at once, as a crash would."),
];
for (const command of commands) program.addCommand(command.exitOverride());

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    printer.error(describeError(error));
    exitCode = error instanceof DashstreamError && USAGE_CODES.has(error.code) ? 2 : 1;
  }
}
process.exit(exitCode);
