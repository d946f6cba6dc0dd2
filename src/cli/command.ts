// How commands are defined: a commander command whose action gives an exit code.

import { Command, InvalidArgumentError } from "commander";
import type { CliContext, ExitCode } from "./context.ts";

/** Runs a command; `command` gives its flags and arguments. */
export type Action = (context: CliContext, command: Command) => ExitCode | Promise<ExitCode>;

/** A command that a program can hold; `outcome` gets the exit code of the one that ran. */
export interface CommandFactory {
  (context: CliContext, outcome: Outcome): Command;
  /** Lists of commands leave it out. */
  readonly isHidden?: boolean;
}

/** What became of a command line. */
export interface Outcome {
  exitCode: ExitCode;
}

/** A command that does something. */
export interface CommandDefinition {
  /** Without its arguments, which `configure` adds. */
  readonly name: string;
  /** Paragraphs; lists of commands show the first one only. */
  readonly description: string;
  /** What the exit codes mean, where more can be said than "done" and "failed". */
  readonly exitCodes?: Partial<Record<ExitCode, string>>;
  /** Command lines without the program's name, and what they do. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Not for people: lists of commands leave it out. */
  readonly isHidden?: boolean;
  /** Adds options and arguments. */
  readonly configure?: (command: Command) => void;
  readonly action: Action;
}

/** A command that only holds others. */
export interface CommandGroup extends Pick<CommandDefinition, "name" | "description" | "examples"> {
  readonly commands: readonly CommandFactory[];
}

/** Makes a command; its `--help` says what its exit codes mean, and shows examples. */
export function defineCommand(definition: CommandDefinition): CommandFactory {
  const create = (context: CliContext, outcome: Outcome) => {
    const { description, exitCodes = {} } = definition;
    const command = describedCommand({
      ...definition,
      description: `${description}\n\n${exitCodesText(exitCodes)}`,
    });
    definition.configure?.(command);
    command.addHelpText("after", examplesText(definition.examples));
    command.action(async () => {
      outcome.exitCode = await definition.action(context, command);
    });
    return command;
  };
  return Object.assign(create, { isHidden: definition.isHidden ?? false });
}

/** Makes a command that holds others. */
export function defineGroup(group: CommandGroup): CommandFactory {
  return (context, outcome) => {
    const command = describedCommand(group);
    for (const create of group.commands) command.addCommand(create(context, outcome));
    command.addHelpText("after", examplesText(group.examples));
    return command;
  };
}

function describedCommand({ name, description }: Pick<CommandDefinition, "name" | "description">): Command {
  return new Command(name).description(description).summary(description.split("\n", 1)[0] ?? "");
}

function exitCodesText(meanings: NonNullable<CommandDefinition["exitCodes"]>): string {
  const {
    0: done = "done",
    1: failed = "failed",
    2: wrong = "wrong command line or configuration",
  } = meanings;
  return `Exit codes: 0 ${done}, 1 ${failed}, 2 ${wrong}.`;
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

/** For an option that may be given several times or as a comma list. An empty part is more likely a variable that is not set. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  if (!items.includes("")) return [...previous, ...items];
  throw new InvalidArgumentError(
    items.length === 1 ? "it is empty" : "a part of the list is empty, expected one name between two commas",
  );
}

/** For an option that may be given several times, and whose values may have commas in them. */
export function gather(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}
