// Builds the loader of the compose specification into the cache folder of this machine, which takes less than a minute.
// Does nothing, and needs no network, where it is there already. Needs go.

import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { COMPOSE_CHECK_SOURCE, composeCheckDir, composeCheckPath } from "./compose-check.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Builds beside the final place, so that an interrupted build leaves nothing half done. */
async function build(): Promise<boolean> {
  mkdirSync(composeCheckDir(), { recursive: true });
  const partial = mkdtempSync(join(composeCheckDir(), "partial-"));
  try {
    const program = join(partial, "compose-check");
    const command = ["go", "build", "-trimpath", "-o", program, "."];
    const child = Bun.spawn(command, { cwd: COMPOSE_CHECK_SOURCE, stdio: ["ignore", "inherit", "inherit"] });
    if ((await child.exited) !== 0) return false;
    renameSync(program, join(composeCheckDir(), "compose-check"));
    return true;
  } finally {
    rmSync(partial, { recursive: true });
  }
}

if (composeCheckPath() === null && Bun.which("go") === null) {
  print("the loader of the compose specification is built with go, which is not on PATH");
  process.exitCode = 1;
} else if (composeCheckPath() === null) {
  print("building the loader of the compose specification");
  if (!(await build())) process.exitCode = 1;
}
print(`compose-check: ${composeCheckPath() === null ? "could not be built" : "ready"}`);
