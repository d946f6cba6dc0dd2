// Programs that tests need and that are built from Go sources once a machine, into the cache folder: nothing is done, and
// no network needed, where they are there already; an interrupted build leaves nothing half done.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { succeeds } from "./child-process.ts";

export interface GoProgram {
  /** For people: its name and release. */
  readonly title: string;
  /** Where it lies once it is complete. */
  readonly path: string;
  /** Builds it in an empty folder, under the last part of `path`; false if that failed. */
  readonly build: (folder: string) => Promise<boolean>;
  /** What it is started with to see that it runs; `null` = it has nothing of that kind. */
  readonly trial: readonly string[] | null;
}

const print = (line: string) => process.stdout.write(`${line}\n`);

/** The program, or `null` if it was not built on this machine. */
export function builtProgram({ path }: Pick<GoProgram, "path">): string | null {
  return existsSync(path) ? path : null;
}

/** Builds what is missing, one after another; the process fails if one could not be built. */
export async function buildGoPrograms(programs: readonly GoProgram[]): Promise<void> {
  for (const program of programs) {
    if (builtProgram(program) === null) await build(program);
    const isThere = builtProgram(program) !== null;
    print(`${program.title}: ${isThere ? "ready" : "could not be built"}`);
    if (!isThere) process.exitCode = 1;
  }
}

async function build({ title, path, build: buildIn, trial }: GoProgram): Promise<void> {
  if (Bun.which("go") === null) return void print(`${title} is built with go, which is not on PATH`);
  print(`building ${title}`);
  mkdirSync(dirname(path), { recursive: true });
  const partial = mkdtempSync(join(dirname(path), "partial-"));
  try {
    if (!(await buildIn(partial))) return;
    const program = join(partial, basename(path));
    const runs = trial === null || (await succeeds([program, ...trial], { quiet: true }));
    if (runs) renameSync(program, path);
  } finally {
    rmSync(partial, { recursive: true });
  }
}
