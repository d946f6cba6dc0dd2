// Loads a configuration as tests need it: environment, flags and files as plain objects.

import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import type { Flags } from "../../src/config/source.ts";
import { DashstreamError } from "../../src/errors.ts";

type Texts = Readonly<Record<string, string>>;

export const PEM = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n";

export function load(env: Texts = {}, flags: Flags = {}, files: Texts = {}, strict = false): LoadedConfig {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  return loadConfig({ env, flags, readFile, strict });
}

/** Code and message of the refusal; fails if the configuration is accepted. */
export function codeAndMessage(
  env: Texts,
  flags: Flags = {},
  files: Texts = {},
  strict = false,
): readonly [string, string] {
  try {
    load(env, flags, files, strict);
  } catch (error) {
    if (error instanceof DashstreamError) return [error.code, error.message];
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** The problems of a refusal, one line each; none if the configuration is accepted. */
export function problemsOf(env: Texts, flags: Flags = {}, files: Texts = {}): readonly string[] {
  try {
    load(env, flags, files);
    return [];
  } catch (error) {
    if (!(error instanceof DashstreamError) || error.code !== "config_invalid") throw error;
    const [first = "", ...rest] = error.message.split("\n  ");
    return rest.length === 0 ? [first] : rest;
  }
}
