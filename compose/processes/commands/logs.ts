// The logs of a stack: their ends, and on request what comes.

import type { Printer } from "../../../src/cli/printer.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { lastLines, linesOf, readLog } from "../running/log-file.ts";
import type { Stack } from "../stack.ts";

/** Between looks at a log that is followed. */
const PAUSE_MS = 200;

export interface LogOptions {
  /** Default: all. */
  readonly service?: string;
  /** Of each service. */
  readonly lines: number;
  /** Shows what comes until it aborts; default: nothing more. */
  readonly follow?: AbortSignal;
}

/** Lines of several services begin with their names. */
export async function showLogs(stack: Stack, printer: Printer, options: LogOptions): Promise<void> {
  const { service, lines, follow } = options;
  const wanted = service === undefined ? stack.services : [stack.serviceOf(service)];
  const shown = wanted.map(({ name, log }) => ({
    prefix: service === undefined ? `${name} | ` : "",
    log,
    end: readLog(log).end,
  }));
  for (const { prefix, log } of shown)
    for (const line of lastLines(log, lines)) printer.line(`${prefix}${line}`);
  if (follow === undefined) return;
  do {
    for (const part of shown) {
      const { text, end } = readLog(part.log, part.end);
      // A line that is still being written is shown when it is whole.
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      part.end = end - Buffer.byteLength(text) + Buffer.byteLength(whole);
      for (const line of linesOf(whole)) printer.line(`${part.prefix}${line}`);
    }
  } while (await systemClock.sleep(PAUSE_MS, follow));
}
