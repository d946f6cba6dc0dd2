// The loader of the compose specification, as a small program (compose-check/main.go) that is built once a machine
// (`make compose-check`) and kept outside the tree. Suites that use it are declared with
// `describeReal("compose-check", ...)`.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The sources of the program. */
export const COMPOSE_CHECK_SOURCE = join(import.meta.dir, "compose-check");

/** The folder that holds the program once it is complete; another one for other sources or another loader. */
export function composeCheckDir(): string {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) {
    hash.update(readFileSync(join(COMPOSE_CHECK_SOURCE, file)));
  }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "dashstream", "compose-check", hash.digest("hex").slice(0, 12));
}

/** The program, or `null` if it was not built on this machine. */
export function composeCheckPath(): string | null {
  const path = join(composeCheckDir(), "compose-check");
  return existsSync(path) ? path : null;
}
