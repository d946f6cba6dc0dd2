// Runs a command inside of a container, or as one: found among the programs of the image, with the container's variables
// and folders, and with standard input only where the caller asked for it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { ToolFailure } from "../tool-failure.ts";
import type { ContainerRoot } from "./root.ts";

export interface InsideOptions {
  readonly root: ContainerRoot;
  readonly command: readonly string[];
  /** Whether it gets the caller's standard input; otherwise it has none. */
  readonly interactive: boolean;
  /** Further variables, `NAME=value`. */
  readonly env?: readonly string[];
  readonly workDir?: string | null;
}

/** Where images have their programs. */
const PROGRAM_FOLDERS = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/;

/** Resolves with its exit code. @throws ToolFailure as the container runtime says that there is no such program */
export async function runInside(options: InsideOptions): Promise<number> {
  const { root, command, interactive, env = [], workDir } = options;
  const [name = "", ...args] = command;
  const program = programAt(root, name);
  // What is run here ends with its caller; in a container it would go on.
  const setpriv = Bun.which("setpriv");
  const tie = setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL"];
  const [first = "", ...words] = [...tie, program, ...args.map(root.placed)];
  const child = spawn(first, words, {
    cwd: workDir == null ? root.cwd : root.placed(workDir),
    env: { ...root.env, ...assignments(env) },
    stdio: [interactive ? "inherit" : "ignore", "inherit", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

function programAt({ binDir, placed }: ContainerRoot, name: string): string {
  const path =
    PROGRAM_FOLDERS.test(name) || !name.includes("/") ? join(binDir, basename(name)) : placed(name);
  if (name !== "" && isAbsolute(path) && existsSync(path)) return path;
  const reason = name.includes("/")
    ? `stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`;
  throw new ToolFailure(
    `OCI runtime exec failed: exec failed: unable to start container process: ${reason}: unknown`,
    127,
  );
}

/** A name alone is taken from the caller's environment by Docker; the caller of a stand-in gives a value. */
function assignments(env: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.flatMap((text) => {
      const at = text.indexOf("=");
      return at < 0 ? [] : [[text.slice(0, at), text.slice(at + 1)]];
    }),
  );
}
