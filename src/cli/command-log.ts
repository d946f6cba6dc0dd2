// The log of a command whose standard output is for its result: its lines go where notes go, as JSON.

import type { Config } from "../config/options.ts";
import { createLog, type JsonLog } from "../telemetry/json-log.ts";
import type { CliContext } from "./context.ts";

/** To be closed at the end. */
export function commandLog(
  { clock, printer }: CliContext,
  component: string,
  { logLevel, logFile }: Pick<Config, "logLevel" | "logFile">,
): JsonLog {
  const write = (line: string) => printer.note(line.trimEnd());
  return createLog({ level: logLevel, component, clock, write, file: logFile });
}
