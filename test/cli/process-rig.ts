// Runs a program as a process of its own, as a user would.

import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "src", "cli", "main.ts");

export interface ProgramRun {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that holds `text`; rejects if the output ends without one. */
  lineWith(text: string): Promise<string>;
  /** Resolves once the process has ended and its output was read. */
  ended(): Promise<{ readonly exitCode: number; readonly stderr: string }>;
}

/** Runs the program from its sources. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ProgramRun {
  return startProcess([globalThis.process.execPath, MAIN, ...args], { env });
}

export interface ProcessOptions {
  /** Added to `PATH`; nothing else of this environment is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export function startProcess(command: readonly string[], { env = {}, cwd }: ProcessOptions = {}): ProgramRun {
  const process = Bun.spawn([...command], {
    env: { PATH: globalThis.process.env.PATH, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const lines: string[] = [];
  let waiters: { readonly text: string; readonly found: (line: string) => void }[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
      const complete = `${rest}${chunk}`.split("\n");
      rest = complete.pop() ?? "";
      for (const line of complete) {
        lines.push(line);
        for (const { text, found } of waiters) if (line.includes(text)) found(line);
        waiters = waiters.filter(({ text }) => !line.includes(text));
      }
    }
  })();
  const stderr = new Response(process.stderr).text();
  return {
    process,
    lines,
    async lineWith(text) {
      const seen = lines.find((line) => line.includes(text));
      if (seen !== undefined) return seen;
      const { promise, resolve } = Promise.withResolvers<string>();
      waiters.push({ text, found: resolve });
      const over = reading.then(async () => {
        throw new Error(`no line with "${text}" in: ${lines.join("\n")}\n${await stderr}`);
      });
      return Promise.race([promise, over]);
    },
    async ended() {
      const exitCode = await process.exited;
      await reading;
      return { exitCode, stderr: await stderr };
    },
  };
}
