// Files that a command line names, read with one error for all commands.

import type { ReadFile } from "../config/kind.ts";
import { DashstreamError } from "../errors.ts";
import { printable } from "./foreign-text.ts";

/** A file and what is in it. */
export interface InputFile {
  readonly file: string;
  readonly text: string;
}

/** Characters of a path in the error. */
const MAX_PATH_LENGTH = 2000;

/** @throws DashstreamError `usage` with the path if it cannot be read */
export function readInputFile(readFile: ReadFile, file: string): InputFile {
  try {
    return { file, text: readFile(file) };
  } catch (cause) {
    throw new DashstreamError("usage", `${printable(file, MAX_PATH_LENGTH)} cannot be read`, { cause });
  }
}

/**
 * A file that another program will read.
 * @throws DashstreamError `usage` naming `flag` if it cannot be read
 */
export function requireInputFile(readFile: ReadFile, flag: string, file: string): void {
  try {
    readFile(file);
  } catch (cause) {
    const shown = printable(file, MAX_PATH_LENGTH);
    throw new DashstreamError("usage", `${flag} is "${shown}", expected a file that can be read`, { cause });
  }
}
