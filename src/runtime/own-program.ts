// How this program starts itself again, as a process beside it.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

/** Where `bun build --compile` puts the sources inside the executable. */
const EMBEDDED = /^(?:\/\$bunfs\/|[A-Z]:[/\\]~BUN[/\\])/;
/** The child touches nothing but its streams and the clock; it could not ask anybody for permission. */
const DENO_RUN = ["run", "--quiet", "--no-remote", "--node-modules-dir=manual", "--allow-all"];

/** Program and first arguments; those of a command follow. */
export function ownProgram(): readonly [string, ...string[]] {
  const { execPath, argv, versions } = process;
  const script = argv[1] ?? "";
  if (versions.deno !== undefined) return [execPath, ...DENO_RUN, script];
  return EMBEDDED.test(script) ? [execPath] : [execPath, script];
}

/** Starts `program` with pipes for its streams; nothing of the environment but what the system needs. */
export function startProgram(
  [file, ...first]: readonly [string, ...string[]],
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  return spawn(file, [...first, ...args], { stdio: "pipe" });
}
