// The logs of a stack: their ends, and on request what comes.

import type { Printer } from "../../../src/cli/printer.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { lastOf, linesOf, newLines, readLog } from "../running/log-file.ts";
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
  const shown = wanted.map(({ name, log }) => {
    const prefix = service === undefined ? `${name} | ` : "";
    const { text, end } = readLog(log);
    for (const line of lastOf(linesOf(text), lines)) printer.line(`${prefix}${line}`);
    return { prefix, log, end };
  });
  if (follow === undefined) return;
  do {
    for (const part of shown) {
      const written = newLines(part.log, part.end);
      part.end = written.end;
      for (const line of written.lines) printer.line(`${part.prefix}${line}`);
    }
  } while (await systemClock.sleep(PAUSE_MS, follow));
}
