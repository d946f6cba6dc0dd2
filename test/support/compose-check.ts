// The loader of the compose specification, as a small program (compose-check/main.go) that is built once a machine
// (`make compose-check`) and kept outside the tree. Suites that use it are declared with
// `describeReal("compose-check", ...)`.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "../../compose/processes/machine.ts";
import { succeeds } from "./child-process.ts";
import { builtProgram, type GoProgram } from "./go-program.ts";

/** The sources of the program. */
const COMPOSE_CHECK_SOURCE = join(import.meta.dir, "compose-check");

/** In a folder of its own for other sources or another loader. */
export const COMPOSE_CHECK: GoProgram = {
  title: "the loader of the compose specification",
  path: cachePath("compose-check", sourceHash(), "compose-check"),
  build: (folder) =>
    succeeds(["go", "build", "-trimpath", "-o", join(folder, "compose-check"), "."], {
      cwd: COMPOSE_CHECK_SOURCE,
    }),
  trial: null,
};

function sourceHash(): string {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) {
    hash.update(readFileSync(join(COMPOSE_CHECK_SOURCE, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** The program, or `null` if it was not built on this machine. */
export const composeCheckPath = () => builtProgram(COMPOSE_CHECK);
