// What is kept in the cache folder, put there so that nobody ever sees half of it, however many processes make it at once.

import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Copies a file or a folder to `path` within the cache folder. Where a folder is there already, that one stays. */
export function placeInCache(fresh: string, path: string): void {
  // Not named by the process: those of different namespaces have the same ids.
  const beside = mkdtempSync(`${path}.`);
  try {
    const copy = join(beside, "copy");
    cpSync(fresh, copy, { recursive: true });
    renameSync(copy, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(beside, { recursive: true });
  }
}
