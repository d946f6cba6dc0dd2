// A process that does pieces of work one after the other: a line of JSON in, a line of JSON out. Virtual time takes the
// globals of a process, so each process lives in one world at a time.

import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { DashstreamError, describeError, type ErrorCode } from "../../src/errors.ts";
import { collectGarbage } from "../../src/runtime/memory.ts";

export type Answer<Result> =
  | { readonly ok: true; readonly result: Result; readonly maxRssBytes: number }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Works until its input ends. */
export async function serveJobs<Job, Result>(
  input: Readable,
  output: Writable,
  work: (job: Job) => Promise<Result>,
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const answer = await answerTo(JSON.parse(line) as Job, work);
    output.write(`${JSON.stringify(answer)}\n`);
    // A world that has ended leaves as much behind as the next one will need.
    collectGarbage();
  }
}

async function answerTo<Job, Result>(job: Job, work: (job: Job) => Promise<Result>): Promise<Answer<Result>> {
  try {
    const result = await work(job);
    return { ok: true, result, maxRssBytes: process.resourceUsage().maxRSS * RSS_UNIT_BYTES };
  } catch (error) {
    const code = error instanceof DashstreamError ? error.code : "invariant";
    const message =
      code === "invariant" && error instanceof Error ? (error.stack ?? error.message) : describeError(error);
    return { ok: false, code, message };
  }
}

/** `getrusage` counts in KiB on Linux. */
const RSS_UNIT_BYTES = 1024;
