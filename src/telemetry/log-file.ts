// The file that log lines also go to. It is opened at once, so that a wrong path is an error at start.

import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { DashstreamError, describeError } from "../errors.ts";

export interface LogFile {
  /** Appends a line that already ends with a line feed. @throws DashstreamError `storage_failed` */
  append(line: string): void;
  close(): void;
}

/**
 * Opens a file for appending and creates its directory.
 * @throws DashstreamError `storage_failed`
 */
export function openLogFile(path: string): LogFile {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(path, "a");
    return {
      append(line) {
        try {
          writeSync(descriptor, line);
        } catch (cause) {
          throw new DashstreamError("storage_failed", `cannot write to LOG_FILE ${path}`, { cause });
        }
      },
      close: () => closeSync(descriptor),
    };
  } catch (cause) {
    throw new DashstreamError(
      "storage_failed",
      `cannot open LOG_FILE ${path} for appending: ${describeError(cause)}`,
      { cause },
    );
  }
}
