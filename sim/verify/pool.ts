// Hands pieces of work to processes of this program, as many as asked for, and gives the results in the order of the
// work, whoever was first. A process that dies is an error that says which piece it had.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { DashstreamError } from "../../src/errors.ts";
import type { Answer } from "./worker.ts";

export interface PoolOptions<Job, Result> {
  /** Starts one process that serves jobs. */
  readonly startWorker: () => ChildProcessWithoutNullStreams;
  readonly workers: number;
  readonly jobs: readonly Job[];
  /** For errors. */
  readonly nameOf: (job: Job) => string;
  readonly onStart?: (job: Job) => void;
  readonly onResult?: (job: Job, result: Result) => void;
  /** Ends all processes; the run rejects with `aborted`. */
  readonly signal?: AbortSignal;
}

export interface PoolResult<Result> {
  readonly results: readonly Result[];
  /** Largest resident sets of all processes together. */
  readonly maxRssBytes: number;
}

/** Enough to see why a process died. */
const KEPT_ERROR_CHARS = 4_000;
const ENDED: IteratorResult<string> = { done: true, value: undefined };

/** @throws the first error of a piece of work, or DashstreamError `aborted`, or `invariant` if a process died */
export async function runPool<Job, Result>(options: PoolOptions<Job, Result>): Promise<PoolResult<Result>> {
  const { jobs, signal } = options;
  if (signal?.aborted) throw interrupted();
  const results: Result[] = new Array(jobs.length);
  const queue = jobs.entries();
  const workers = Array.from(
    { length: Math.min(options.workers, jobs.length) },
    () => new Worker<Job, Result>(options),
  );
  const stop = () => {
    for (const worker of workers) worker.kill();
  };
  signal?.addEventListener("abort", stop);
  try {
    await Promise.all(workers.map((worker) => workOff(worker, queue, results, options)));
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
  const maxRssBytes = workers.reduce((sum, worker) => sum + worker.maxRssBytes, 0);
  return { results, maxRssBytes };
}

function interrupted(): DashstreamError {
  return new DashstreamError("aborted", "interrupted: nothing is proven");
}

/** The worker takes the next piece as long as there is one. */
async function workOff<Job, Result>(
  worker: Worker<Job, Result>,
  queue: IterableIterator<[number, Job]>,
  results: Result[],
  { onStart, onResult }: PoolOptions<Job, Result>,
): Promise<void> {
  for (const [index, job] of queue) {
    onStart?.(job);
    const result = await worker.work(job);
    results[index] = result;
    onResult?.(job, result);
  }
}

class Worker<Job, Result> {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #nameOf: (job: Job) => string;
  readonly #broken: Promise<IteratorResult<string>>;
  #errors = "";
  maxRssBytes = 0;

  constructor({ startWorker, nameOf }: Pick<PoolOptions<Job, Result>, "startWorker" | "nameOf">) {
    this.#process = startWorker();
    this.#nameOf = nameOf;
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stderr.on("data", (data: Buffer) => {
      this.#errors = `${this.#errors}${data}`.slice(-KEPT_ERROR_CHARS);
    });
    // The output of what could not be started never ends.
    this.#broken = new Promise((resolve) => {
      this.#process.on("error", (error) => {
        this.#errors += error.message;
        resolve(ENDED);
      });
    });
    // What cannot be written to ends its output too, which is where it is noticed.
    this.#process.stdin.on("error", () => {});
  }

  async work(job: Job): Promise<Result> {
    this.#process.stdin.write(`${JSON.stringify(job)}\n`);
    const line = await Promise.race([this.#lines.next(), this.#broken]);
    if (line.done) {
      throw new DashstreamError(
        "invariant",
        `the process for ${this.#nameOf(job)} died: ${this.#errors.trim()}`,
      );
    }
    const answer = this.#read(line.value, job);
    if (!answer.ok) throw new DashstreamError(answer.code, `${this.#nameOf(job)}: ${answer.message}`);
    this.maxRssBytes = Math.max(this.maxRssBytes, answer.maxRssBytes);
    return answer.result;
  }

  #read(line: string, job: Job): Answer<Result> {
    try {
      return JSON.parse(line) as Answer<Result>;
    } catch (cause) {
      const shown = JSON.stringify(line.slice(0, KEPT_ERROR_CHARS));
      const message = `the process for ${this.#nameOf(job)} answered with what is no answer: ${shown}`;
      throw new DashstreamError("invariant", message, { cause });
    }
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
