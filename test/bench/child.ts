// A child process that reports JSON lines on its standard output and takes commands as lines on its standard input.

import type { Measured } from "./results.ts";

export interface Child {
  /** The next report; rejects when the process ends without one. */
  next(): Promise<Report>;
  /** The cost in the next report, of so many units. */
  nextCost(units: number): Promise<Measured>;
  tell(command: string): void;
  stop(): Promise<void>;
  readonly pid: number;
}

export type Report = Readonly<Record<string, number | string>>;

const bun = process.execPath;

export function startChild(script: string, ...args: readonly (string | number)[]): Child {
  return follow([bun, `${import.meta.dir}/${script}`, ...args.map(String)]);
}

/** Runs any command line that behaves like a child. */
export function follow(command: readonly string[]): Child {
  const process = Bun.spawn([...command], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const lines = readLines(process.stdout);
  const next = async (): Promise<Report> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command.join(" ")} ended with ${await process.exited} before it reported`);
    return JSON.parse(value);
  };
  return {
    pid: process.pid,
    next,
    async nextCost(units) {
      const { seconds, cpuSeconds } = await next();
      return { units, seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) };
    },
    tell(command_) {
      process.stdin.write(`${command_}\n`);
      process.stdin.flush();
    },
    async stop() {
      process.kill("SIGKILL");
      await process.exited;
    },
  };
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts.filter((line) => line.startsWith("{"));
  }
}

/** Commands of the parent, as they come. */
export async function onCommand(run: (command: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of Bun.stdin.stream()) {
    const parts = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) run(line);
  }
}

export function report(fields: object): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}
