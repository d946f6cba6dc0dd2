// Turns environment and flags into typed values. A wrong value is an error, never a silent default, and all that
// is wrong is said at once.

import { DashstreamError } from "../errors.ts";
import { ADVICE, CONTRADICTIONS, type CrossCheck } from "./contradictions.ts";
import { ineffectiveVariables } from "./environment.ts";
import type { Command, OptionDefinition } from "./option.ts";
import { type Config, OPTION_ENTRIES, type OptionKey } from "./options.ts";
import { type Problem, problemText, type Warning } from "./problem.ts";
import { lookUp, type Origin, type Sourced, type Sources } from "./source.ts";

export interface LoadOptions extends Sources {
  /** Looks only at the options of this command, so that a wrong one of another does not stop it. Default: all. */
  readonly command?: Command;
  /** Refuses settings that have no effect instead of warning about them. */
  readonly strict?: boolean;
}

/** One option with the text it was given and where that came from. */
export interface Setting {
  readonly key: OptionKey;
  readonly option: OptionDefinition;
  /** As it would be written in the environment; `null` = not set. */
  readonly text: string | null;
  readonly origin: Origin;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly settings: readonly Setting[];
  readonly warnings: readonly Warning[];
}

/**
 * Loads and checks the configuration.
 * @throws DashstreamError `config_invalid` whose message has a line for each problem
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { problems, ...loaded } = readConfig(options);
  if (problems.length > 0) throw invalidConfig(problems);
  return loaded;
}

/** All that is wrong with the configuration. */
export function configProblems(options: LoadOptions): readonly Problem[] {
  return readConfig(options).problems;
}

function readConfig(options: LoadOptions): LoadedConfig & { readonly problems: readonly Problem[] } {
  const values = new Map<OptionKey, unknown>();
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  const broken = new Set<OptionKey>();
  for (const [key, option] of OPTION_ENTRIES) {
    const { setting, value, problem } = readOption(key, option, values, options);
    settings.push(setting);
    values.set(key, value);
    if (problem !== null) {
      problems.push(problem);
      broken.add(key);
    }
  }
  const config = Object.fromEntries(values) as Config;
  const given = new Set(settings.filter(({ origin }) => origin.from !== "default").map(({ key }) => key));
  const applying = new Set(
    OPTION_ENTRIES.flatMap(([key, option]) => (applies(option, options) ? [key] : [])),
  );
  const run = ({ reads, find }: CrossCheck) =>
    reads.every((key) => applying.has(key) && !broken.has(key))
      ? find(config, (key) => given.has(key))
      : null;
  problems.push(...CONTRADICTIONS.map(run).filter((problem) => problem !== null));

  const advice = ADVICE.flatMap((check): Warning[] => {
    const problem = run(check);
    return problem === null ? [] : [{ ...problem, refusedIfStrict: check.refusedIfStrict ?? false }];
  });
  const warnings = [...ineffectiveVariables(options.env), ...advice];
  if (options.strict) problems.push(...warnings.filter(({ refusedIfStrict }) => refusedIfStrict));
  return { config, settings, warnings, problems };
}

function applies(option: OptionDefinition, { command }: LoadOptions): boolean {
  return command === undefined || option.commands.includes(command);
}

interface ReadOption {
  readonly setting: Setting;
  readonly value: unknown;
  readonly problem: Problem | null;
}

function readOption(
  key: OptionKey,
  option: OptionDefinition,
  earlier: ReadonlyMap<OptionKey, unknown>,
  options: LoadOptions,
): ReadOption {
  const found = applies(option, options) ? lookUp(option, options) : null;
  if (found !== null && "message" in found)
    return { ...byDefault(key, option, earlier, options.command), problem: found };
  if (found === null) return byDefault(key, option, earlier, options.command);
  const parsed = option.kind.parse(found.text, options.readFile);
  if (parsed.ok) return { setting: { key, option, ...found }, value: parsed.value, problem: null };
  return {
    ...byDefault(key, option, earlier, options.command),
    problem: wrongValue(option, found, parsed.why),
  };
}

function byDefault(
  key: OptionKey,
  option: OptionDefinition,
  earlier: ReadonlyMap<OptionKey, unknown>,
  command: Command | undefined,
): ReadOption {
  const setting = (text: string | null): Setting => ({ key, option, text, origin: { from: "default" } });
  const fallback = (command && option.defaultFor?.[command]) ?? option.default;
  if (fallback === null) return { setting: setting(null), value: null, problem: null };
  const text = typeof fallback === "string" ? fallback : derivedText(fallback, earlier);
  // No default names a file.
  const parsed = option.kind.parse(text, () => "");
  if (parsed.ok) return { setting: setting(text), value: parsed.value, problem: null };
  const problem = wrongValue(option, { text, origin: { from: "default" } }, "this is its default");
  return { setting: setting(text), value: null, problem };
}

function derivedText(
  fallback: Exclude<OptionDefinition["default"], string | null>,
  earlier: ReadonlyMap<string, unknown>,
): string {
  if (!earlier.has(fallback.from)) {
    throw new DashstreamError("invariant", `option ${fallback.from} comes later in the table`);
  }
  return fallback.text(earlier.get(fallback.from));
}

function wrongValue(option: OptionDefinition, { text, origin }: Sourced, why?: string): Problem {
  const field = origin.from === "default" ? option.name : origin.name;
  const value = option.secret ? "has a value that is not shown" : `is ${JSON.stringify(text)}`;
  const reason = why === undefined ? "" : ` (${why})`;
  return { field, message: `${value}, expected ${option.kind.expected}${reason}` };
}

function invalidConfig(problems: readonly Problem[]): DashstreamError {
  const [first] = problems;
  if (problems.length === 1 && first) return new DashstreamError("config_invalid", problemText(first));
  const lines = problems.map((problem) => `\n  ${problemText(problem)}`);
  return new DashstreamError("config_invalid", `${problems.length} settings are wrong:${lines.join("")}`);
}
