// What the stack takes from the environment of this machine, and nothing else does: where caches lie, where programs are
// looked for, and the variables that every program needs.

import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A path in the cache folder of this project, which keeps what takes minutes to fetch or to build outside the tree, so that
 * it is done once a machine. Nothing is made.
 */
export function cachePath(...parts: readonly string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "dashstream", ...parts);
}

/** PATH, for what is put in front of it. */
export function searchPath(): string {
  return process.env.PATH ?? "";
}

/** What programs and the system need; everything else comes from the compose file. */
const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "JAVA_HOME"];

/** The part of the environment that services get besides their own. */
export function keptEnvironment(): Readonly<Record<string, string>> {
  const kept = KEPT_VARIABLES.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** All of the environment: compose files are filled in from it, and its `COMPOSE_*` variables say which they are. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
