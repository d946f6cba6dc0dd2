// Programs that tests start: servers, which never outlive the test's own process, and commands that end by themselves.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { eventually } from "./eventually.ts";

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

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command has printed when it has ended. */
export async function outcomeOf(
  child: Bun.Subprocess<Bun.Spawn.Writable, "pipe", "pipe">,
): Promise<CommandOutcome> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Whether the command ended well; its output is shown. */
export async function succeeds(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly quiet?: boolean } = {},
): Promise<boolean> {
  const { cwd = ".", env = {}, quiet = false } = options;
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", quiet ? "ignore" : "inherit", "inherit"],
  });
  return (await child.exited) === 0;
}

/**
 * Resolves once a server that was just started answers a GET of `url` well.
 * @throws Error if it ends before
 */
export async function answers(child: ChildProcess, name: string, url: string): Promise<void> {
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    return await fetch(url).then(
      ({ ok }) => ok,
      // Nobody listens yet.
      () => false,
    );
  });
}
