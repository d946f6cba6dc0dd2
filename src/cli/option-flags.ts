// Flags from the table of options, and the configuration they give together with the environment.

import { type Command, Option } from "commander";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { type Command as CommandName, type OptionDefinition, secretFileName } from "../config/option.ts";
import { SECTIONS } from "../config/options.ts";
import { problemText } from "../config/problem.ts";
import type { CliContext } from "./context.ts";

/** Adds a flag for each option of `name`, under the headings of the table. */
export function addOptionFlags(command: Command, name: CommandName): Command {
  for (const { title, options } of SECTIONS) {
    for (const option of Object.values(options)) {
      if (option.commands.includes(name)) command.addOption(flagOf(option, name).helpGroup(`${title}:`));
    }
  }
  return command;
}

function flagOf(option: OptionDefinition, command: CommandName): Option {
  const placeholder = option.secret ? "path" : option.kind.placeholder;
  // A switch may stand alone or be given true or false.
  const value = placeholder === "" ? " [boolean]" : ` <${placeholder}>`;
  const sentence = option.helpFor?.[command] ?? option.help;
  const help = option.secret ? `File that holds this secret. ${sentence}` : sentence;
  const variable = option.secret ? secretFileName(option.name) : option.name;
  return new Option(`${option.flag}${value}`, `${help} (${variable}${shownDefault(option, command)})`);
}

function shownDefault(option: OptionDefinition, command: CommandName): string {
  const fallback = option.defaultFor?.[command] ?? option.default;
  if (fallback === null || fallback === "") return "";
  return `, default ${typeof fallback === "string" ? fallback : fallback.described}`;
}

/**
 * The configuration of a command; warnings are printed.
 * @throws DashstreamError `config_invalid`
 */
export function loadCommandConfig(context: CliContext, command: Command, name: CommandName): LoadedConfig {
  const { env, readFile, printer } = context;
  const loaded = loadConfig({ env, readFile, flags: command.opts(), command: name });
  for (const warning of loaded.warnings) printer.note(`warning: ${problemText(warning)}`);
  return loaded;
}
