// Writes the generated files of the compose stack: `bun src/alerts/generate.ts`.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { BLOCKS_REPORT, generatedFiles, RUNBOOK_FOLDER } from "./generated-files.ts";

const top = new URL("../../", import.meta.url);

// A page whose alert is gone must go too.
mkdirSync(new URL(RUNBOOK_FOLDER, top), { recursive: true });
for (const name of readdirSync(new URL(RUNBOOK_FOLDER, top))) {
  const path = `${RUNBOOK_FOLDER}/${name}`;
  if (path !== BLOCKS_REPORT) rmSync(new URL(path, top), { recursive: true });
}
for (const { path, text } of generatedFiles()) {
  const file = new URL(path, top);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
