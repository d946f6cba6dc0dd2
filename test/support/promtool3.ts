// promtool of Prometheus 3, the definition of correct PromQL and rules. Debian has 2.42, which differs at the borders of
// ranges; this one is built once a machine (`make promtool3`) and kept outside the tree. Suites that use it are declared
// with `describeReal("promtool3", ...)`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "../../compose/processes/machine.ts";

/** The release of Prometheus 3.16 as a Go module. */
export const PROMTOOL3_VERSION = "v0.316.0";

/** The folder that holds the program once it is complete. */
export function promtool3Dir(): string {
  return cachePath("promtool", PROMTOOL3_VERSION);
}

/** The program, or `null` if it was not built on this machine. It is put there only after it has run. */
export function promtool3Path(): string | null {
  const path = join(promtool3Dir(), "promtool");
  return existsSync(path) ? path : null;
}
