// Starts a service as a process with its log in a file. It has a session of its own, so that Ctrl-C in a terminal is not
// for it.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { DashstreamError } from "../../../src/errors.ts";
import { keptEnvironment } from "../machine.ts";
import type { ServicePlan } from "../plan.ts";

export interface LaunchOptions {
  /** Whether it ends with this process, even if this one is killed. */
  readonly isTied: boolean;
  /** Instead of the command line of the plan. */
  readonly command?: readonly string[];
}

/** @throws DashstreamError `storage_failed` if the program cannot be started */
export async function launchProcess(
  plan: ServicePlan,
  { isTied, command = plan.launch.command }: LaunchOptions,
): Promise<ChildProcess & { readonly pid: number }> {
  // The kernel is asked for it: a test that is killed cannot end anything itself.
  const tie = isTied && Bun.which("setpriv") !== null ? ["setpriv", "--pdeathsig", "KILL"] : [];
  const [program = "", ...args] = [...tie, ...command];
  const log = openSync(plan.log, "a");
  try {
    const child = spawn(program, args, {
      cwd: plan.launch.cwd ?? plan.workDir,
      env: { ...keptEnvironment(), ...plan.launch.env, ...plan.overrides },
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.unref();
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    const { pid } = child;
    if (pid === undefined) throw new Error("it has no process id");
    return Object.assign(child, { pid });
  } catch (cause) {
    throw new DashstreamError("storage_failed", `${plan.name}: cannot start ${program}`, { cause });
  } finally {
    closeSync(log);
  }
}

/**
 * Runs what must come before the first start, for example formatting a data folder.
 * @throws DashstreamError `storage_failed` if it fails; what it said is in the log
 */
export async function prepare(plan: ServicePlan): Promise<void> {
  const { before } = plan.launch;
  if (before === undefined || existsSync(before.unless)) return;
  const child = await launchProcess(plan, { isTied: true, command: before.command });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code === 0) return;
  throw new DashstreamError("storage_failed", `${plan.name}: ${before.command.at(-1)} ended with ${code}`);
}
