// The compose file as the rules of this folder see it: variables filled in as `docker compose` does it without anything
// set, anchors followed, and beside it the text, because some rules ask for a comment.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseDotenv } from "../../compose/processes/compose-file/dotenv.ts";
import { interpolateAll, type Variables } from "../../compose/processes/compose-file/interpolation.ts";
import { goDurationMs } from "../../compose/processes/duration.ts";

/** The folder of the stack. */
export const STACK_FOLDER = join(import.meta.dir, "..", "..", "compose");

export const COMPOSE_FILE = "docker-compose.dashstream.yml";

export interface Dependency {
  readonly condition: string;
  readonly required?: boolean;
}

/** Keys of a service that a rule looks at. */
export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly container_name?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, Dependency>>;
  readonly healthcheck?: {
    readonly test?: readonly string[];
    readonly disable?: boolean;
    readonly interval?: string;
    readonly timeout?: string;
    readonly retries?: number;
    readonly start_period?: string;
  };
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly pids_limit?: number;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
}

export interface Stack {
  readonly text: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, { readonly name?: string } | null>>;
  readonly networks: Readonly<Record<string, { readonly name?: string } | null>>;
}

/** A variable of the compose file, with what stands in its place where it is not set. */
export interface StackVariable {
  readonly name: string;
  readonly fallback: string;
}

const VARIABLE = /\$\{(?<name>\w+)(?::?-(?<fallback>[^}]*))?\}/g;

/** All variables, each place by itself. */
export function variablesOf(text: string): readonly StackVariable[] {
  return [...text.matchAll(VARIABLE)].map(({ groups }) => ({
    name: groups?.name ?? "",
    fallback: groups?.fallback ?? "",
  }));
}

/** Reads a compose file; a variable has the value of `set`, else its default. */
export function readStack(text: string, set: Variables = {}): Stack {
  const filled = interpolateAll(parse(text, { merge: true }), set) as Partial<Stack>;
  return { services: {}, volumes: {}, networks: {}, ...filled, text };
}

/** A file of the folder of the stack. */
export function stackFile(path: string): string {
  return readFileSync(join(STACK_FOLDER, path), "utf8");
}

/** Variables of an env file, in its order. */
export function envFile(path: string): Readonly<Record<string, string>> {
  return parseDotenv(stackFile(path));
}

/** The lines of one service in the text, comments included. */
export function linesOf(stack: Stack, service: string): readonly string[] {
  const lines = stack.text.split("\n");
  const start = lines.indexOf(`  ${service}:`);
  const end = lines.findIndex((line, index) => index > start && /^ {0,2}[^ #]/.test(line));
  return lines.slice(start, end === -1 ? undefined : end);
}

/** Seconds of `90s`, `1m30s`, `2m`; 0 for what is none. */
export function seconds(duration: string): number {
  return (goDurationMs(duration) ?? 0) / 1000;
}
