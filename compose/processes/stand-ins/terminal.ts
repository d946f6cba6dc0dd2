// Where a stand-in writes, as the tools do: results to standard output, words for people to standard error. A reader that
// has gone away (`| head -1`) ends it quietly, as it ends them.

import { writeSync } from "node:fs";
import { systemCode } from "../../../src/errors.ts";

export type Stream = "stdout" | "stderr";

/** How a process ends that writes to a pipe which nobody reads (128 + SIGPIPE). */
const BROKEN_PIPE = 141;

/** Writes a text as it is. */
export function write(stream: Stream, text: string): void {
  let bytes = Buffer.from(text);
  const descriptor = stream === "stdout" ? 1 : 2;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      // The reader is slower than we are.
      if (systemCode(error) === "EAGAIN") continue;
      if (systemCode(error) === "EPIPE") process.exit(BROKEN_PIPE);
      throw error;
    }
  }
}

export function print(line: string): void {
  write("stdout", `${line}\n`);
}

export function complain(line: string): void {
  write("stderr", `${line}\n`);
}

/** Columns as Docker's tables have them: as wide as their widest cell, three blanks between. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ")}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}
