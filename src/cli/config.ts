// `dashstream config`: checks, shows and documents the options.

import { Option } from "commander";
import { optionReference } from "../config/docs.ts";
import { type LoadedConfig, loadConfig, type Setting } from "../config/load.ts";
import type { Command as CommandName } from "../config/option.ts";
import { OPTION_ENTRIES } from "../config/options.ts";
import { configJson, configText } from "../config/print.ts";
import { problemText } from "../config/problem.ts";
import { DashstreamError } from "../errors.ts";
import { defineCommand, defineGroup } from "./command.ts";
import type { ExitCode } from "./context.ts";
import type { Printer } from "./printer.ts";

/** The lines of its message, without the heading that several have. */
function problemsOf({ message }: DashstreamError): readonly string[] {
  const [first = "", ...others] = message.split("\n");
  return others.length === 0 ? [first] : others.map((line) => line.trim());
}

const check = defineCommand({
  name: "check",
  description: "Check the environment.",
  exitCodes: { 0: "all is well", 2: "something is wrong" },
  examples: [
    ["config check", "wrong values are errors"],
    ["config check --strict", "so are settings without effect, such as misspelled ones"],
  ],
  configure: (command) => {
    command.option("--strict", "refuse settings without effect").option("--json", "one JSON object");
  },
  action({ env, readFile, printer }, command) {
    const { strict, json } = command.opts<{ readonly strict?: true; readonly json?: true }>();
    const load = () => loadConfig({ env, readFile, flags: {}, strict: strict === true });
    if (json) return checkAsJson(load, printer);
    const { settings, warnings } = load();
    const given = givenCount(settings);
    for (const warning of warnings) printer.note(`warning: ${problemText(warning)}`);
    printer.line(`configuration is valid: ${given} given, ${settings.length - given} by default`);
    return 0;
  },
});

function givenCount(settings: readonly Setting[]): number {
  return settings.filter(({ origin }) => origin.from !== "default").length;
}

/** One object in either case, so that a program need not read the error output. */
function checkAsJson(load: () => LoadedConfig, printer: Printer): ExitCode {
  try {
    const { settings, warnings } = load();
    const given = givenCount(settings);
    printer.json({ valid: true, given, warnings: warnings.map(problemText) });
    return 0;
  } catch (error) {
    if (!(error instanceof DashstreamError) || error.code !== "config_invalid") throw error;
    printer.json({ valid: false, problems: problemsOf(error) });
    return 2;
  }
}

interface PrintFlags {
  readonly for?: CommandName;
  readonly json?: true;
}

const COMMANDS: readonly CommandName[] = [
  ...new Set(OPTION_ENTRIES.flatMap(([, { commands }]) => commands)),
].sort();

const print = defineCommand({
  name: "print",
  description: "Show each option, its value and where that came from. Secrets are not shown.",
  examples: [
    ["config print", "columns"],
    ["config print --json", "a JSON object by variable"],
    ["config print --for exporter", "only the options of a command, with its defaults"],
  ],
  configure: (command) => {
    command
      .addOption(
        new Option(
          "--for <command>",
          "as this command has it; default: all options, as the server has them",
        ).choices(COMMANDS),
      )
      .option("--json", "one JSON object");
  },
  action({ env, readFile, printer }, command) {
    const { json, for: name } = command.opts<PrintFlags>();
    const of = name === undefined ? {} : { command: name };
    const settings = loadConfig({ env, readFile, flags: {}, ...of }).settings.filter(
      ({ option }) => name === undefined || option.commands.includes(name),
    );
    printer.text(json ? configJson(settings) : configText(settings));
    return 0;
  },
});

const docs = defineCommand({
  name: "docs",
  description: "Print the reference of all options as Markdown.",
  examples: [["config docs > OPTIONS.md", "keep it in a file"]],
  action({ printer }) {
    printer.text(optionReference());
    return 0;
  },
});

export const configCommand = defineGroup({
  name: "config",
  description: "Check, show and document the options.",
  examples: [
    ["config check --strict", "before a deploy"],
    ["config print", "what is in force, and where it came from"],
  ],
  commands: [check, print, docs],
});
