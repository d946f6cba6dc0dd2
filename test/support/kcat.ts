// kcat, the command line client of librdkafka, as a second opinion beside kafkajs. Suites that use it are declared
// with `describeReal("kcat", ...)`.

import type { ChildProcess } from "node:child_process";
import { spawnTied } from "./child-process.ts";

export interface KcatResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type KcatCompression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** A running kcat with what it has printed so far. */
export interface RunningKcat {
  readonly result: Promise<KcatResult>;
  /** Resolves with the first error line that `matches`, also one printed before. Rejects if kcat ends first. */
  stderrLine(matches: RegExp): Promise<string>;
  /** Ends it with SIGTERM, so that it leaves its group. */
  stop(): Promise<KcatResult>;
}

/** A record as kcat's JSON output gives it. */
export interface KcatRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  /** Names and values by turns. */
  readonly headers?: readonly string[];
  readonly key: string | null;
  readonly payload: string | null;
}

function collect(child: ChildProcess): Promise<KcatResult> {
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => void stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout: Buffer.concat(stdout), stderr }));
  });
}

/** Starts kcat; it never outlives the test process. */
export function startKcat(args: readonly string[], input?: string | Uint8Array): RunningKcat {
  const child = spawnTied(["kcat", ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const result = collect(child);
  child.stdin?.end(input ?? "");

  let lines: readonly string[] = [];
  let unfinished = "";
  const watchers = new Set<(line: string) => void>();
  child.stderr?.on("data", (chunk: Buffer) => {
    // kcat writes a line in several pieces.
    const fresh = (unfinished + chunk.toString("utf8")).split("\n");
    unfinished = fresh.pop() ?? "";
    lines = [...lines, ...fresh];
    for (const line of fresh) for (const watch of watchers) watch(line);
  });
  return {
    result,
    stderrLine: (matches) =>
      new Promise((resolve, reject) => {
        const known = lines.find((line) => matches.test(line));
        if (known !== undefined) resolve(known);
        watchers.add((line) => {
          if (matches.test(line)) resolve(line);
        });
        result.then(
          ({ stderr }) => reject(new Error(`kcat ended without a line like ${matches}: ${stderr}`)),
          reject,
        );
      }),
    async stop() {
      child.kill("SIGTERM");
      return await result;
    },
  };
}

/** Runs kcat to its end. */
export function runKcat(args: readonly string[], input?: string | Uint8Array): Promise<KcatResult> {
  return startKcat(args, input).result;
}

/** Runs kcat to its end. @throws Error with what it printed if it fails */
async function runWell(args: readonly string[], input?: string | Uint8Array): Promise<KcatResult> {
  const result = await runKcat(args, input);
  if (result.exitCode !== 0) {
    throw new Error(`kcat ${args.join(" ")} ended with ${result.exitCode}: ${result.stderr}`);
  }
  return result;
}

/** Produces the bytes of a file as the value of one record. */
export async function produceFile(options: {
  readonly bootstrap: string;
  readonly topic: string;
  readonly key: string;
  readonly file: string;
  readonly partition?: number;
  readonly compression?: KcatCompression;
  readonly extra?: readonly string[];
}): Promise<void> {
  const { bootstrap, topic, key, file, partition, compression = "none", extra = [] } = options;
  const where = partition === undefined ? [] : ["-p", String(partition)];
  await runWell(["-b", bootstrap, "-P", "-t", topic, "-k", key, "-z", compression, ...where, ...extra, file]);
}

/** Reads `count` records of a topic from its beginning. Values must be text. */
export async function consumeRecords(options: {
  readonly bootstrap: string;
  readonly topic: string;
  readonly count: number;
  readonly extra?: readonly string[];
}): Promise<readonly KcatRecord[]> {
  const { bootstrap, topic, count, extra = [] } = options;
  const args = [
    "-b",
    bootstrap,
    "-C",
    "-t",
    topic,
    "-o",
    "beginning",
    "-c",
    String(count),
    "-J",
    "-q",
    ...extra,
  ];
  const { stdout } = await runWell(args);
  return parseRecords(stdout);
}

/** The records in kcat's JSON output. */
export function parseRecords(stdout: Buffer): readonly KcatRecord[] {
  const lines = stdout.toString("utf8").split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as KcatRecord);
}
