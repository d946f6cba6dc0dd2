// Programs that tests start: they never outlive the test's own process.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/**
 * Starts a program that ends with this process, even if this one is killed: `setpriv` asks the kernel for that.
 */
export function spawnTied(command: readonly string[], options: SpawnOptions): ChildProcess {
  const tied = Bun.which("setpriv") ? ["setpriv", "--pdeathsig", "KILL", ...command] : command;
  const [program = "", ...args] = tied;
  const child = spawn(program, args, options);
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/** Resolves when the program has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
