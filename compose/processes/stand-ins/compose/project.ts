// Which compose files a call means: those of `-f`, else of `COMPOSE_FILE` in the environment or in `.env`, else one of the
// usual names in the working directory or above it. The first must be the one that the stack was started from.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describeError } from "../../../../src/errors.ts";
import { readComposeDocument, readComposeFile } from "../../compose-file/compose-file.ts";
import { parseDotenv } from "../../compose-file/dotenv.ts";
import type { Variables } from "../../compose-file/interpolation.ts";
import { profileList } from "../../compose-file/profiles.ts";
import type { ComposeService } from "../../compose-file/service.ts";
import { environment } from "../../machine.ts";
import type { Stack } from "../../stack.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";

/** Exit codes of docker compose (pkg/compose, metrics). */
const FILE_NOT_FOUND = 14;
const PARSE_FAILURE = 15;
const USUAL_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

export interface Project {
  /** All services of the compose file that the stack was started from. */
  readonly services: ReadonlyMap<string, ComposeService>;
  /** Those that are active in this call: of `--profile`, else of `COMPOSE_PROFILES`. */
  readonly profiles: readonly string[];
  /** What that file says. */
  readonly document: () => unknown;
  /** All variables of each service that further files give some. */
  readonly overridden: ReadonlyMap<string, Environment>;
  /** By service: variables that differ from those the stack was started with. */
  readonly changes: ReadonlyMap<string, Environment>;
}

type Environment = Readonly<Record<string, string>>;

export interface ProjectFlags {
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly cwd: string;
}

/** @throws ToolFailure as docker compose ends */
export function findProject(stack: Stack, flags: ProjectFlags): Project {
  const [first = "", ...others] = filesOf(flags).map((path) => resolve(flags.cwd, path));
  for (const path of [first, ...others]) {
    if (!existsSync(path)) throw new ToolFailure(`open ${path}: no such file or directory`, FILE_NOT_FOUND);
  }
  if (realpathSync(first) !== realpathSync(stack.composeFile)) {
    throw notHere(`a project other than that of ${stack.composeFile}; ${first}`);
  }
  const variables = { ...variablesOf(flags), ...environment() };
  const services = readServices(first, variables);
  const overridden = new Map<string, Environment>();
  for (const path of others) {
    for (const { name, environment } of readOverrides(path, variables, services)) {
      const before = overridden.get(name) ?? services.get(name)?.environment;
      overridden.set(name, { ...before, ...environment });
    }
  }
  const given = (name: string) => overridden.get(name) ?? services.get(name)?.environment ?? {};
  return {
    services,
    profiles: flags.profiles.length > 0 ? flags.profiles : profileList(variables.COMPOSE_PROFILES ?? ""),
    document: () => readComposeDocument(first, variables),
    overridden,
    changes: new Map(
      stack.services.map((plan) => [plan.name, changesOf(plan.environment, given(plan.name))]),
    ),
  };
}

/** What is gone is empty, which counts as not set. */
function changesOf(before: Environment, now: Environment): Environment {
  const gone = Object.keys(before).filter((key) => now[key] === undefined);
  const changed = Object.entries(now).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...gone.map((key) => [key, ""] as const), ...changed]);
}

function readServices(path: string, variables: Variables): ReadonlyMap<string, ComposeService> {
  try {
    return readComposeFile(path, variables).services;
  } catch (error) {
    throw new ToolFailure(describeError(error), PARSE_FAILURE);
  }
}

/**
 * The services of a further file, of which only variables can be given to a process afterwards: whatever else it has would
 * silently be left out.
 */
function readOverrides(
  path: string,
  variables: Variables,
  known: Project["services"],
): readonly ComposeService[] {
  const overrides = [...readServices(path, variables).values()];
  const { services, ...rest } = readComposeDocument(path, variables) as OverrideDocument;
  const [other] = Object.keys(rest);
  if (other !== undefined) throw notHere(`${other} in ${path}, only services`);
  for (const { name } of overrides) {
    const key = Object.keys(services[name] ?? {}).find((each) => each !== "environment");
    if (key !== undefined) throw notHere(`an override of ${name} beyond its environment (${key})`);
    if (!known.has(name)) {
      throw new ToolFailure(
        `service "${name}" has neither an image nor a build context specified: invalid compose project`,
        PARSE_FAILURE,
      );
    }
  }
  return overrides;
}

/** As `readComposeFile` has found it. */
interface OverrideDocument {
  readonly services: Readonly<Record<string, object>>;
}

function filesOf(flags: ProjectFlags): readonly string[] {
  if (flags.files.length > 0) return flags.files;
  const named = environment().COMPOSE_FILE ?? variablesOf(flags).COMPOSE_FILE ?? "";
  const files = named.split(":").filter((path) => path !== "");
  if (files.length > 0) return files;
  for (let dir = flags.cwd; ; dir = dirname(dir)) {
    const usual = USUAL_NAMES.map((name) => join(dir, name)).find((path) => existsSync(path));
    if (usual !== undefined) return [usual];
    if (dir === dirname(dir)) break;
  }
  throw new ToolFailure("no configuration file provided: not found", FILE_NOT_FOUND);
}

/** Of the files named, else of `.env` in the working directory. */
function variablesOf({ envFiles, cwd }: ProjectFlags): Variables {
  const files = envFiles.length > 0 ? envFiles.map((path) => resolve(cwd, path)) : [join(cwd, ".env")];
  const texts = files.map((path) => {
    if (existsSync(path)) return readFileSync(path, "utf8");
    if (envFiles.length === 0) return "";
    throw new ToolFailure(`couldn't find env file: ${path}`, FILE_NOT_FOUND);
  });
  return Object.assign({}, ...texts.map(parseDotenv));
}
