// A process that serves the jobs of the pool's tests.

import { existsSync } from "node:fs";
import { serveJobs } from "../../../sim/verify/worker.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { eventually } from "../../support/eventually.ts";

export type ScriptedJob =
  | { readonly name: string; readonly does: "answer" | "die" | "hang" | "break" | "refuse" }
  /** Answers once the file is there. */
  | { readonly name: string; readonly does: "wait"; readonly file: string };

export interface ScriptedResult {
  readonly name: string;
  readonly pid: number;
}

async function work(job: ScriptedJob): Promise<ScriptedResult> {
  switch (job.does) {
    case "answer":
      break;
    case "wait":
      await eventually(() => existsSync(job.file));
      break;
    case "die":
      process.stderr.write("out of everything\n");
      process.exit(3);
      break;
    case "hang":
      await new Promise<never>(() => {});
      break;
    case "break":
      throw new TypeError("a bug");
    case "refuse":
      throw new DashstreamError("scenario_invalid", "there is no such fault");
  }
  return { name: job.name, pid: process.pid };
}

if (import.meta.main) await serveJobs(process.stdin, process.stdout, work);
