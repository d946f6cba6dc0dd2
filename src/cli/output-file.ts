// Results that go to a file instead of standard output.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DashstreamError } from "../errors.ts";

/**
 * Writes a file, and makes its directory.
 * @throws `storage_failed` with the path
 */
export function writeOutputFile(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new DashstreamError("storage_failed", `${path} cannot be written`, { cause });
  }
}
