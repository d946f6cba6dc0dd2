// Log lines for machines and for grep: one JSON object a line with `level` in capitals, `time` in RFC 3339 from
// the injected clock, `component`, the fields, and last `msg`. Written synchronously, so that the last line
// before a crash is there.

import pino, { type Logger } from "pino";
import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { loggableError } from "./error-fields.ts";
import type { Log, LogFields, LogLevel } from "./log.ts";
import { type LogFile, openLogFile } from "./log-file.ts";

export interface JsonLogOptions {
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  readonly component: string;
  readonly clock: Clock;
  /** Takes each line with its line feed; standard output unless given. */
  readonly write?: (line: string) => void;
  /** Path of a file that gets the same lines; its directory is created. */
  readonly file?: string | null;
}

export interface JsonLog extends Log {
  /** Closes the file. Lines logged later go to `write` only. */
  close(): void;
}

/** Keys that every line has of its own; a field of that name gets an underscore, or one would hide the other. */
const OWN_KEYS: ReadonlySet<string> = new Set(["level", "time", "component", "msg"]);

function loggableFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      OWN_KEYS.has(key) ? `${key}_` : key,
      value instanceof Error ? loggableError(value) : value,
    ]),
  );
}

/** `bound` are the fields of the parents; a line's own field of the same name wins. */
function overPino(logger: Logger, bound: Readonly<Record<string, unknown>>): Log {
  function emit(level: "debug" | "info" | "warn" | "error", msg: string, fields: LogFields = {}): void {
    if (logger.isLevelEnabled(level)) logger[level]({ ...bound, ...loggableFields(fields) }, "%s", msg);
  }
  return {
    debug: (msg, fields) => emit("debug", msg, fields),
    info: (msg, fields) => emit("info", msg, fields),
    warn: (msg, fields) => emit("warn", msg, fields),
    error: (msg, fields) => emit("error", msg, fields),
    child: (fields) => overPino(logger, { ...bound, ...loggableFields(fields) }),
  };
}

/** Where lines go: to `write` and to the file, until the file fails, which is said once. */
function createSink(write: (line: string) => void, file: LogFile | null, failed: (error: unknown) => void) {
  let open = file;
  return {
    write(line: string): void {
      write(line);
      try {
        open?.append(line);
      } catch (error) {
        open = null;
        failed(error);
      }
    },
    close(): void {
      open = null;
      file?.close();
    },
  };
}

/** @throws DashstreamError `storage_failed` if the file cannot be opened */
export function createLog(options: JsonLogOptions): JsonLog {
  const file = options.file ? openLogFile(options.file) : null;
  const write = options.write ?? standardOutput();
  const sink = createSink(write, file, (error) =>
    log.error("log lines go to standard output only", { error: describeError(error) }),
  );
  const logger = pino(
    {
      level: options.level,
      base: { component: options.component },
      timestamp: () => `,"time":"${new Date(options.clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    sink,
  );
  const log = overPino(logger, {});
  return { ...log, close: sink.close };
}

function standardOutput(): (line: string) => void {
  const destination = pino.destination({ dest: 1, sync: true });
  return (line) => destination.write(line);
}
