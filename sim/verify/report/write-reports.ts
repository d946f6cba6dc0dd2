// Writes reports to the files that somebody named. Whether they can be written is checked before a run, so that a long
// one is not wasted; and one file that fails afterwards does not keep the others from being written.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { outputPathDefect } from "../../../src/config/output-path.ts";
import { DashstreamError, describeError } from "../../../src/errors.ts";

/** Standard output, as the path of a report that people read there. */
export const STDOUT_PATH = "-";

/** A report that somebody asked for. */
export interface ReportTarget {
  /** As on the command line, for messages: `--junit`. */
  readonly option: string;
  readonly path: string;
  /** Whether `-` means standard output. */
  readonly mayBeStdout?: boolean;
}

/** A report that is to be written. */
export interface ReportOutput extends ReportTarget {
  /** Made only when it is written, so that one that fails costs no other. */
  readonly render: () => string;
}

/**
 * Checks that every target can be written.
 * @throws DashstreamError `usage` if two options name one file, one that must be a file names standard output, or a file
 * cannot be written. All problems are in one message.
 */
export function checkReportTargets(targets: readonly ReportTarget[]): void {
  const earlier = new Map<string, string>();
  const misuses: string[] = [];
  for (const { option, path, mayBeStdout = false } of targets) {
    const isStdout = path === STDOUT_PATH;
    const defect = isStdout ? null : outputPathDefect(path);
    const place = isStdout ? STDOUT_PATH : resolve(path);
    const other = earlier.get(place);
    earlier.set(place, option);
    if (isStdout && !mayBeStdout) misuses.push(`${option}: expected the path of a file, got -`);
    else if (defect !== null) misuses.push(`${option}: ${defect}`);
    else if (other !== undefined)
      misuses.push(`${option}: ${path} is what ${other} names too, expected another file`);
  }
  if (misuses.length > 0) throw new DashstreamError("usage", misuses.join("\n"));
}

/**
 * Writes all reports that can be written.
 * @param stdout gets what is meant for standard output
 * @throws DashstreamError `storage_failed` that names each file that could not be written, after all were tried
 */
export function writeReports(outputs: readonly ReportOutput[], stdout: (text: string) => void): void {
  const failures: { readonly message: string; readonly cause: unknown }[] = [];
  for (const { option, path, render } of outputs) {
    try {
      const text = render();
      if (path === STDOUT_PATH) stdout(text);
      else writeFileSync(path, text);
    } catch (cause) {
      failures.push({ message: `${option}: ${path} could not be written: ${describeError(cause)}`, cause });
    }
  }
  if (failures.length === 0) return;
  const message = failures.map((failure) => failure.message).join("\n");
  throw new DashstreamError("storage_failed", message, { cause: failures[0]?.cause });
}
