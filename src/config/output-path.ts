// Paths of files that are to be written. One rule for all: a file may be new, its directory may not, so that a slip of the
// pen makes no directories.

import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError, systemCode } from "../errors.ts";

/** Why a file at `path` cannot be written; `null` if it seems that it can. Nothing is made or changed. */
export function outputPathDefect(path: string): string | null {
  if (path === "") return "is empty, expected the path of a file";
  const defect = fileDefect(path);
  return defect === null ? null : `${path} cannot be written: ${defect}`;
}

function fileDefect(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return "it is a directory";
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") return describeError(error);
  }
  return directoryDefect(dirname(resolve(path)));
}

function directoryDefect(folder: string): string | null {
  try {
    if (!statSync(folder).isDirectory()) return `${folder} is not a directory`;
    accessSync(folder, constants.W_OK);
    return null;
  } catch (error) {
    return systemCode(error) === "ENOENT" ? `there is no directory ${folder}` : describeError(error);
  }
}
