// The log of a service in lines: its end without reading all of it, and what is written meanwhile.

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

/** What a log has got since somebody last looked. */
interface NewLines {
  readonly lines: readonly string[];
  /** Where to look from the next time, bytes from the beginning. */
  readonly end: number;
}

/** The lines that were written since `from` bytes. One that is still being written comes when it is whole. */
export function newLines(path: string, from: number): NewLines {
  const { text, end } = readLog(path, from);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return { lines: linesOf(whole), end: end - Buffer.byteLength(text) + Buffer.byteLength(whole) };
}

/** The last `count` of `lines`; all, if there are not so many. */
export function lastOf(lines: readonly string[], count: number): readonly string[] {
  // Not `slice(-count)`, which means all of them for 0.
  return lines.slice(Math.max(0, lines.length - count));
}

/** Lines of a text that may end with a line feed. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
