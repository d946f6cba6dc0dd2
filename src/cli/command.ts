// How commands are defined: a commander command whose action gives an exit code.

import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "./context.ts";

/** Runs a command; `command` gives its flags and arguments. */
export type Action = (context: CliContext, command: Command) => ExitCode | Promise<ExitCode>;

/** A command that a program can hold; `outcome` gets the exit code of the one that ran. */
export type CommandFactory = (context: CliContext, outcome: Outcome) => Command;

export interface Outcome {
  exitCode: ExitCode;
}

export interface CommandDefinition {
  /** Without its arguments, which `configure` adds. */
  readonly name: string;
  readonly description: string;
  /** Command lines without the program's name, and what they do. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Adds options and arguments. */
  readonly configure?: (command: Command) => void;
  readonly action: Action;
}

export function defineCommand(definition: CommandDefinition): CommandFactory {
  return (context, outcome) => {
    const { description } = definition;
    // Lists of commands show the first paragraph only.
    const command = new Command(definition.name)
      .description(description)
      .summary(description.split("\n", 1)[0] ?? "");
    definition.configure?.(command);
    command.addHelpText("after", examplesText(definition.examples));
    command.action(async () => {
      outcome.exitCode = await definition.action(context, command);
    });
    return command;
  };
}

/** The part of `--help` that shows examples. */
export function examplesText(examples: CommandDefinition["examples"]): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  $ dashstream ${line.padEnd(width)}  # ${purpose}\n`);
  return `\nExamples:\n${lines.join("")}`;
}

/** For an option that takes a whole number. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}

/** For an option that may be given several times or as a comma list. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  return [...previous, ...items.filter((item) => item !== "")];
}
