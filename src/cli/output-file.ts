// Results that go to a file instead of standard output, under one rule for all commands: a file may be new, its directory
// may not.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputDirectoryDefect, outputPathDefect } from "../config/output-path.ts";
import { DashstreamError } from "../errors.ts";

/**
 * Writes a file into a directory that is there.
 * @param option that named it, for messages
 * @throws DashstreamError `usage` if there can be no such file, `storage_failed` if writing fails
 */
export function writeOutputFile(option: string, path: string, text: string): void {
  refuse(option, outputPathDefect(path));
  write(option, path, () => writeFileSync(path, text));
}

/** A file of a directory of results. */
export interface OutputFile {
  readonly file: string;
  readonly text: string;
}

/**
 * Writes files into a directory, which is made if that above it is there.
 * @param option that named it, for messages
 * @throws DashstreamError `usage` if there can be no such directory, `storage_failed` if writing fails
 */
export function writeOutputDirectory(option: string, directory: string, files: readonly OutputFile[]): void {
  refuse(option, outputDirectoryDefect(directory));
  write(option, directory, () => mkdirSync(directory, { recursive: true }));
  for (const { file, text } of files) {
    const path = join(directory, file);
    write(option, path, () => writeFileSync(path, text));
  }
}

function refuse(option: string, defect: string | null): void {
  if (defect !== null) throw new DashstreamError("usage", `${option}: ${defect}`);
}

function write(option: string, path: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw new DashstreamError("storage_failed", `${option}: ${path} could not be written`, { cause });
  }
}
