// `docker compose`, which is also `docker-compose`: flags of the project before the subcommand, those of the subcommand
// behind it. Words and exit codes are those of Docker Compose 2.

import { environment } from "../../machine.ts";
import type { Stack } from "../../stack.ts";
import { composeElsewhere } from "../elsewhere.ts";
import { type FlagSpec, type ParsedFlags, parseFlags } from "../flags.ts";
import { ToolFailure } from "../tool-failure.ts";
import { CONFIG_FLAGS, config } from "./config.ts";
import { COMPOSE_KILL_FLAGS, composeKill, composeRestart, composeStart, composeStop } from "./lifecycle.ts";
import { COMPOSE_LOGS_FLAGS, composeLogs } from "./logs.ts";
import { findProject, type Project } from "./project.ts";
import { COMPOSE_PS_FLAGS, composePs } from "./ps.ts";
import { COMPOSE_RUN_FLAGS, composeRun } from "./run.ts";
import { UP_FLAGS, up } from "./up.ts";

export interface ComposeCall {
  readonly stack: Stack;
  readonly project: Project;
  readonly flags: ParsedFlags;
}

interface Subcommand {
  readonly flags: readonly FlagSpec[];
  readonly act: (call: ComposeCall) => Promise<number>;
  /** Whether flags may stand behind words. */
  readonly interspersed: boolean;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  config: { flags: CONFIG_FLAGS, act: config, interspersed: true },
  kill: { flags: COMPOSE_KILL_FLAGS, act: composeKill, interspersed: true },
  logs: { flags: COMPOSE_LOGS_FLAGS, act: composeLogs, interspersed: true },
  ps: { flags: COMPOSE_PS_FLAGS, act: composePs, interspersed: true },
  restart: { flags: [], act: composeRestart, interspersed: true },
  run: { flags: COMPOSE_RUN_FLAGS, act: composeRun, interspersed: false },
  start: { flags: [], act: composeStart, interspersed: true },
  stop: { flags: [], act: composeStop, interspersed: true },
  up: { flags: UP_FLAGS, act: up, interspersed: true },
};

const PROJECT_FLAGS: readonly FlagSpec[] = [
  { name: "file", short: "f", takes: "value" },
  { name: "env-file", takes: "value" },
  { name: "profile", takes: "value" },
];

/** Of a call that is wrong (pkg/compose, metrics). */
const SYNTAX_FAILURE = 16;

/** Resolves with the exit code. @throws ToolFailure */
export async function compose(stack: Stack, args: readonly string[]): Promise<number> {
  const complain = (problem: string) => new ToolFailure(problem, SYNTAX_FAILURE);
  const global = parseFlags(args, { specs: PROJECT_FLAGS, interspersed: false, complain });
  const [name = "", ...rest] = global.words;
  const subcommand = SUBCOMMANDS[name];
  if (subcommand === undefined) {
    throw composeElsewhere(name, rest) ?? new ToolFailure(`unknown docker command: "compose ${name}"`, 1);
  }
  const { flags: specs, interspersed, act } = subcommand;
  const flags = parseFlags(rest, { specs, interspersed, complain });
  const project = findProject(stack, {
    files: global.all("file"),
    envFiles: global.all("env-file"),
    profiles: global.all("profile"),
    cwd: environment().PWD ?? process.cwd(),
  });
  return await act({ stack, project, flags });
}
