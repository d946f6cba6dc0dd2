// A log that keeps its lines, for tests of what is said.

import type { Log, LogFields } from "../../src/telemetry/log.ts";

export interface LogLine extends LogFields {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly msg: string;
}

/** Adds each line to `lines`. */
export function keepingLog(lines: LogLine[]): Log {
  const keep = (level: LogLine["level"]) => (msg: string, fields?: LogFields) =>
    void lines.push({ level, msg, ...fields });
  const log: Log = {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: () => log,
  };
  return log;
}
