// Paths of files that are to be written. One rule for all: a file may be new, its directory may not, so that a slip of the
// pen makes no directories.

import { accessSync, constants, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError, systemCode } from "../errors.ts";

/** Why a file at `path` cannot be written; `null` if it seems that it can. Nothing is made or changed. */
export function outputPathDefect(path: string): string | null {
  if (path === "") return "the path is empty, expected that of a file";
  return described(path, (stats) => (stats.isDirectory() ? "it is a directory" : null));
}

/** Why files cannot be written into a directory at `path`, which need not be there if that above it is; `null` as above. */
export function outputDirectoryDefect(path: string): string | null {
  if (path === "") return "the path is empty, expected that of a directory";
  return described(path, (stats) => (stats.isDirectory() ? null : "it is not a directory"));
}

function described(path: string, wrongKind: (stats: Stats) => string | null): string | null {
  const defect = defectOf(path, wrongKind);
  return defect === null ? null : `${path} cannot be written: ${defect}`;
}

/** @param wrongKind what is wrong with what is there already */
function defectOf(path: string, wrongKind: (stats: Stats) => string | null): string | null {
  try {
    const wrong = wrongKind(statSync(path));
    if (wrong !== null) return wrong;
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") return describeError(error);
  }
  return parentDefect(dirname(resolve(path)));
}

function parentDefect(folder: string): string | null {
  try {
    if (!statSync(folder).isDirectory()) return `${folder} is not a directory`;
    accessSync(folder, constants.W_OK);
    return null;
  } catch (error) {
    return systemCode(error) === "ENOENT" ? `there is no directory ${folder}` : describeError(error);
  }
}
