// The shape of an option. Key, variable and flag of an option are one name in three spellings: `logLevel`,
// `LOG_LEVEL`, `--log-level`.

import type { Kind } from "./kind.ts";

/** The commands that take options from the table. */
export type Command =
  | "serve"
  | "demo"
  | "sim"
  | "drill"
  | "tail"
  | "healthcheck"
  | "threads"
  | "quality-monitor"
  | "exporter"
  | "dlq"
  | "offsets"
  | "fault-proxy";

/** A default that depends on another option further up in the table. */
export interface DerivedDefault {
  /** Key of the other option. */
  readonly from: string;
  /** For people. */
  readonly described: string;
  readonly text: (value: unknown) => string;
}

/** A text as it would be written in the environment; `null` = not set. */
export type Default = string | null | DerivedDefault;

export interface OptionSpec<T, D extends Default> {
  /** The variable, and older names of it that still count. */
  readonly env: readonly [string, ...string[]];
  readonly kind: Kind<T>;
  readonly default: D;
  /** Commands for which the default is another text. */
  readonly defaultFor?: Readonly<Partial<Record<Command, string>>>;
  /** What the option does; sentences for the reference and for `--help`. */
  readonly help: string;
  /** Commands for whose `--help` the sentence is another. */
  readonly helpFor?: Readonly<Partial<Record<Command, string>>>;
  readonly commands: readonly Command[];
  /**
   * Never printed. Given as the variable or, better, as a file named by the variable with `_FILE`; there is no flag
   * for the value itself, because command lines are visible to everybody on the machine.
   */
  readonly secret?: true;
}

export interface OptionDefinition<T = unknown, D extends Default = Default> extends OptionSpec<T, D> {
  /** The canonical variable, `env[0]`. */
  readonly name: string;
  /** With leading hyphens. For a secret it takes the path of a file. */
  readonly flag: string;
}

/** The value of an option in the configuration. */
export type OptionValue<O> =
  O extends OptionDefinition<infer T, infer D> ? (D extends null ? T | null : T) : never;

/** Completes an entry of the table. */
export function option<T, const D extends Default>(spec: OptionSpec<T, D>): OptionDefinition<T, D> {
  const [name] = spec.env;
  const flagName = spec.secret ? secretFileName(name) : name;
  return { ...spec, name, flag: `--${flagName.toLowerCase().replaceAll("_", "-")}` };
}

/** The variable that names the file of a secret. */
export function secretFileName(name: string): string {
  return `${name}_FILE`;
}

/** `--log-level` as `logLevel`, the name under which command-line parsers store it. */
export function flagKey(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
