// How this program starts itself again, as a process beside it.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** Where `bun build --compile` puts the sources inside the executable. */
const EMBEDDED = /^(?:\/\$bunfs\/|[A-Z]:[/\\]~BUN[/\\])/;
/** The child touches nothing but its streams and the clock; it could not ask anybody for permission. */
const DENO_RUN = ["run", "--quiet", "--no-remote", "--node-modules-dir=manual", "--allow-all"];
/** What runtimes and the system need; settings of this program are for this process only. */
const KEPT_VARIABLES = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TEMP",
  "TMP",
  "LANG",
  "LD_LIBRARY_PATH",
  "SystemRoot",
  "DENO_DIR",
];

/** What a process says of how it was started. */
export type StartedProcess = Pick<NodeJS.Process, "execPath" | "argv" | "versions">;

/** Program and first arguments; those of a command follow. */
export function ownProgram({
  execPath,
  argv,
  versions,
}: StartedProcess = process): readonly [string, ...string[]] {
  const script = argv[1] ?? "";
  if (versions.deno !== undefined) return [execPath, ...DENO_RUN, script];
  return EMBEDDED.test(script) ? [execPath] : [execPath, script];
}

/**
 * Starts `program` with pipes for its streams; nothing of the environment but what the system needs.
 * @param tuning variables that the runtime reads when it starts
 */
export function startProgram(
  [file, ...first]: readonly [string, ...string[]],
  args: readonly string[],
  tuning: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  const kept = KEPT_VARIABLES.map((name) => [name, process.env[name]] as const);
  const env = { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), ...tuning };
  return spawn(file, [...first, ...args], { stdio: "pipe", env });
}
