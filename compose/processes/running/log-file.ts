// The log of a service: its end, in lines, without reading all of it.

import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** More is not looked at for the end of a log. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;

/** Where in a log one is, and the text up to there. */
export interface LogPart {
  readonly text: string;
  /** Bytes from the beginning. */
  readonly end: number;
}

/** What was written since `from` bytes, at most the last few mebibytes of it. */
export function readLog(path: string, from = 0): LogPart {
  if (!existsSync(path)) return { text: "", end: 0 };
  const descriptor = openSync(path, "r");
  try {
    const end = fstatSync(descriptor).size;
    // Shorter than before: it was begun anew.
    const begin = Math.max(from > end ? 0 : from, end - MAX_TAIL_BYTES);
    const bytes = Buffer.alloc(end - begin);
    const read = readSync(descriptor, bytes, 0, bytes.length, begin);
    return { text: bytes.toString("utf8", 0, read), end };
  } finally {
    closeSync(descriptor);
  }
}

/** The last `count` lines. */
export function lastLines(path: string, count: number): readonly string[] {
  return linesOf(readLog(path).text).slice(-count);
}

/** Lines of a text that may end with a line feed. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
