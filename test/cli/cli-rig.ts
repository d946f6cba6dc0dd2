// Runs commands inside the test's own process, with their output kept and the interrupt in the test's hand.

import type { CommandFactory } from "../../src/cli/command.ts";
import type { CliContext, ExitCode } from "../../src/cli/context.ts";
import { createPrinter, type Output } from "../../src/cli/printer.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import type { Environment } from "../../src/config/environment.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveHttp } from "../../src/runtime/serve.ts";

export interface CliRun {
  readonly exitCode: Promise<ExitCode>;
  readonly stdout: RecordedOutput;
  readonly stderr: RecordedOutput;
  /** What a first Ctrl-C does. */
  interrupt(): void;
}

/** Output that can be read back, and waited for. */
export class RecordedOutput implements Output {
  readonly isTerminal: boolean;
  text = "";
  #waiters: { readonly pattern: RegExp; readonly found: (match: RegExpExecArray) => void }[] = [];

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  readonly write = (text: string): void => {
    this.text += text;
    this.#waiters = this.#waiters.filter(({ pattern, found }) => {
      const match = pattern.exec(this.text);
      if (match !== null) found(match);
      return match === null;
    });
  };

  get lines(): readonly string[] {
    return this.text.trimEnd().split("\n");
  }

  /** Resolves once the whole text matches. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found) => {
      this.#waiters.push({ pattern, found });
      this.write("");
    });
  }
}

export interface RunOptions {
  readonly env?: Environment;
  readonly context?: Partial<CliContext>;
}

export function startCommandLine(
  commands: readonly CommandFactory[],
  args: readonly string[],
  { env = {}, context = {} }: RunOptions = {},
): CliRun {
  const stdout = new RecordedOutput();
  const stderr = new RecordedOutput();
  const interruption = new AbortController();
  const exitCode = runCommandLine(
    args,
    {
      env,
      readFile: (path) => {
        throw new Error(`ENOENT: no such file, open '${path}'`);
      },
      printer: createPrinter(stdout, stderr, env),
      clock: systemClock,
      random: seededRandom(1),
      network: systemNetwork,
      serve: serveHttp,
      build: { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1.4.5" },
      interrupted: interruption.signal,
      onReloadRequest: () => () => {},
      ...context,
    },
    commands,
  );
  return { exitCode, stdout, stderr, interrupt: () => interruption.abort() };
}

/** Runs a command that ends by itself. */
export async function runCommand(
  commands: readonly CommandFactory[],
  args: readonly string[],
  options?: RunOptions,
): Promise<{ readonly exitCode: ExitCode; readonly stdout: string; readonly stderr: string }> {
  const run = startCommandLine(commands, args, options);
  const exitCode = await run.exitCode;
  return { exitCode, stdout: run.stdout.text, stderr: run.stderr.text };
}
