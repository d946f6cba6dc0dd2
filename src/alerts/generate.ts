// Writes the generated files of the compose stack: `bun src/alerts/generate.ts`.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { generatedFiles, RUNBOOK_FOLDER } from "./generated-files.ts";

const top = new URL("../../", import.meta.url);

// A page whose alert is gone must go too.
rmSync(new URL(RUNBOOK_FOLDER, top), { recursive: true, force: true });
for (const { path, text } of generatedFiles()) {
  const file = new URL(path, top);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
