// Builds promtool of Prometheus 3 from its sources into the cache folder of this machine, which takes some minutes. Does
// nothing, and needs no network, where it is there already. Needs go.

import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROMTOOL3_VERSION, promtool3Dir, promtool3Path } from "./promtool3.ts";

const PACKAGE = `github.com/prometheus/prometheus/cmd/promtool@${PROMTOOL3_VERSION}`;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Builds beside the final place and moves only what runs, so that an interrupted build leaves nothing half done. */
async function build(): Promise<boolean> {
  mkdirSync(promtool3Dir(), { recursive: true });
  const partial = mkdtempSync(join(promtool3Dir(), "partial-"));
  try {
    // Without service discovery, which is most of the code and of no use here.
    const command = ["go", "install", "-tags", "remove_all_sd", PACKAGE];
    const env = { ...process.env, GOBIN: partial };
    if ((await Bun.spawn(command, { env, stdio: ["ignore", "inherit", "inherit"] }).exited) !== 0)
      return false;
    const program = join(partial, "promtool");
    if ((await Bun.spawn([program, "--version"], { stdio: ["ignore", "ignore", "inherit"] }).exited) !== 0) {
      return false;
    }
    renameSync(program, join(promtool3Dir(), "promtool"));
    return true;
  } finally {
    rmSync(partial, { recursive: true });
  }
}

if (promtool3Path() === null && Bun.which("go") === null) {
  print("promtool 3 is built with go, which is not on PATH");
  process.exitCode = 1;
} else if (promtool3Path() === null) {
  print(`building promtool ${PROMTOOL3_VERSION}, which takes some minutes`);
  if (!(await build())) process.exitCode = 1;
}
print(`promtool ${PROMTOOL3_VERSION}: ${promtool3Path() === null ? "could not be built" : "ready"}`);
