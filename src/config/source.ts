// Where the text of an option comes from: flag, then variable, then its older names, then the file of a secret.

import { describeError } from "../errors.ts";
import type { Environment } from "./environment.ts";
import type { ReadFile } from "./kind.ts";
import { flagKey, type OptionDefinition, secretFileName } from "./option.ts";
import type { Problem } from "./problem.ts";

/** Flags as command-line parsers give them, by `flagKey`; `true` for a switch without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export type Origin =
  | { readonly from: "default" }
  | { readonly from: "flag" | "env"; readonly name: string }
  /** A secret's file, named by a flag or variable. */
  | { readonly from: "file"; readonly name: string; readonly path: string };

export interface Sources {
  readonly env: Environment;
  readonly flags: Flags;
  readonly readFile: ReadFile;
}

export interface Sourced {
  readonly text: string;
  readonly origin: Origin;
}

/** The text of an option, `null` if it is not given anywhere, or what is wrong. */
export type Lookup = Sourced | Problem | null;

function variable(env: Environment, name: string): string | null {
  const text = env[name];
  return text === undefined || text.trim() === "" ? null : text;
}

function secretFromFile(name: string, path: string, readFile: ReadFile): Lookup {
  try {
    // Editors and `echo` end the file with a line feed that is not part of the secret.
    const text = readFile(path).replace(/\r?\n$/, "");
    if (text === "") return { field: name, message: `names ${path}, which is empty, expected the secret` };
    return { text, origin: { from: "file", name, path } };
  } catch (error) {
    return { field: name, message: `names ${path}, which cannot be read: ${describeError(error)}` };
  }
}

function lookUpFlag(option: OptionDefinition, { flags, readFile }: Sources): Lookup {
  const given = flags[flagKey(option.flag)];
  if (given === undefined) return null;
  const text = String(given).trim();
  if (option.secret) return secretFromFile(option.flag, text, readFile);
  return { text, origin: { from: "flag", name: option.flag } };
}

function lookUpVariables(option: OptionDefinition, env: Environment): Lookup {
  let found: { readonly name: string; readonly text: string } | null = null;
  for (const name of option.env) {
    const raw = variable(env, name);
    if (raw === null) continue;
    const text = option.secret ? raw : raw.trim();
    if (found !== null && found.text !== text) {
      const values = option.secret ? "" : `: "${found.text}" and "${text}"`;
      return {
        field: found.name,
        message: `and ${name} are the same setting with different values${values}`,
      };
    }
    found ??= { name, text };
  }
  return found && { text: found.text, origin: { from: "env", name: found.name } };
}

/** Looks an option up in all its sources. */
export function lookUp(option: OptionDefinition, sources: Sources): Lookup {
  const flag = lookUpFlag(option, sources);
  if (flag !== null) return flag;
  const direct = lookUpVariables(option, sources.env);
  if (!option.secret) return direct;
  const fileName = secretFileName(option.name);
  const path = variable(sources.env, fileName)?.trim();
  if (path === undefined) return direct;
  if (direct !== null) return { field: option.name, message: `and ${fileName} are both set, expected one` };
  return secretFromFile(fileName, path, sources.readFile);
}
