// The processes among which a verification divides its scenarios.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ownProgram, startProgram } from "../runtime/own-program.ts";

/**
 * How Bun runs the processes of a verification, which live for seconds and want the cores for themselves: without its
 * last compiler, which costs more than it gains in so short a time (all scenarios on two cores 70 s with it, 54 s
 * without), one thread that marks, and a heap that is collected as if the machine had 500 MB.
 */
const WORKER_TUNING = {
  BUN_JSC_useFTLJIT: "0",
  BUN_JSC_numberOfGCMarkers: "1",
  BUN_JSC_forceRAMSize: "500000000",
};

export function startVerifyWorker(): ChildProcessWithoutNullStreams {
  return startProgram(ownProgram(), ["verify-worker"], WORKER_TUNING);
}
