// The `docker` command: which subcommands it has, how they are called, and what it says of a call that is wrong. The words
// and exit codes are those of Docker's command line (28.2).

import type { Stack } from "../../stack.ts";
import { dockerElsewhere } from "../elsewhere.ts";
import { type FlagSpec, type ParsedFlags, parseFlags } from "../flags.ts";
import { ToolFailure } from "../tool-failure.ts";
import { EXEC_FLAGS, exec } from "./exec.ts";
import { INSPECT_FLAGS, inspect } from "./inspect.ts";
import { KILL_FLAGS, kill, restart, START_FLAGS, STOP_FLAGS, start, stop } from "./lifecycle.ts";
import { LOGS_FLAGS, logs } from "./logs.ts";
import { PS_FLAGS, ps } from "./ps.ts";
import { RUN_FLAGS, run } from "./run.ts";
import { STATS_FLAGS, stats } from "./stats.ts";

interface Subcommand {
  /** Behind its name, as the help has it. */
  readonly synopsis: string;
  /** How many words it takes that are no flags. */
  readonly words: { readonly least: number; readonly most: number };
  readonly flags: readonly FlagSpec[];
  /** Whether flags may stand behind words. */
  readonly interspersed: boolean;
  readonly act: (stack: Stack, flags: ParsedFlags) => Promise<number>;
}

const ANY = Number.POSITIVE_INFINITY;
const CONTAINERS = "[OPTIONS] CONTAINER [CONTAINER...]";
const some = { least: 1, most: ANY };

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  exec: {
    synopsis: "[OPTIONS] CONTAINER COMMAND [ARG...]",
    words: { least: 2, most: ANY },
    flags: EXEC_FLAGS,
    interspersed: false,
    act: exec,
  },
  inspect: {
    synopsis: "[OPTIONS] NAME|ID [NAME|ID...]",
    words: some,
    flags: INSPECT_FLAGS,
    interspersed: true,
    act: inspect,
  },
  kill: { synopsis: CONTAINERS, words: some, flags: KILL_FLAGS, interspersed: true, act: kill },
  logs: {
    synopsis: "[OPTIONS] CONTAINER",
    words: { least: 1, most: 1 },
    flags: LOGS_FLAGS,
    interspersed: true,
    act: logs,
  },
  ps: { synopsis: "[OPTIONS]", words: { least: 0, most: 0 }, flags: PS_FLAGS, interspersed: true, act: ps },
  restart: { synopsis: CONTAINERS, words: some, flags: STOP_FLAGS, interspersed: true, act: restart },
  run: {
    synopsis: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    words: some,
    flags: RUN_FLAGS,
    interspersed: false,
    act: run,
  },
  start: { synopsis: CONTAINERS, words: some, flags: START_FLAGS, interspersed: true, act: start },
  stats: {
    synopsis: "[OPTIONS] [CONTAINER...]",
    words: { least: 0, most: ANY },
    flags: STATS_FLAGS,
    interspersed: true,
    act: stats,
  },
  stop: { synopsis: CONTAINERS, words: some, flags: STOP_FLAGS, interspersed: true, act: stop },
};

/** Resolves with the exit code. @throws ToolFailure */
export async function docker(stack: Stack, args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "compose") return await (await import("../compose/compose.ts")).compose(stack, rest);
  if (name.startsWith("-")) throw dockerElsewhere(name) ?? globalFlag(name);
  const subcommand = SUBCOMMANDS[name];
  if (subcommand === undefined) {
    const unknown = `docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`;
    throw dockerElsewhere(name) ?? new ToolFailure(unknown, 1);
  }
  const { synopsis, flags: specs, interspersed, act } = subcommand;
  const usage = `Usage:  docker ${name} ${synopsis}`;
  const flags = parseFlags(rest, {
    specs,
    interspersed,
    complain: (problem) =>
      new ToolFailure(`${problem}\n\n${usage}\n\nRun 'docker ${name} --help' for more information`, 125),
  });
  requireWords(name, subcommand, flags.words.length, usage);
  return await act(stack, flags);
}

function globalFlag(flag: string): ToolFailure {
  const problem = flag.startsWith("--")
    ? `unknown flag: ${flag}`
    : `unknown shorthand flag: '${flag[1]}' in ${flag}`;
  return new ToolFailure(
    `${problem}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information`,
    125,
  );
}

function requireWords(
  name: string,
  { words: { least, most } }: Subcommand,
  given: number,
  usage: string,
): void {
  if (given >= least && given <= most) return;
  const isExact = least === most;
  const count = `${least} argument${least === 1 ? "" : "s"}`;
  const wanted = most === 0 ? "accepts no arguments" : `requires ${isExact ? "" : "at least "}${count}`;
  const hint = isExact ? "Run" : "See";
  throw new ToolFailure(
    `docker: 'docker ${name}' ${wanted}\n\n${usage}\n\n${hint} 'docker ${name} --help' for more information`,
    1,
  );
}
