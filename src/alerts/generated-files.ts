// The files of the compose stack that are made from the registry. They are committed, so that the stack starts without
// this program, and a test fails when they are not what the registry gives.

import { alertmanagerConfig } from "./alertmanager.ts";
import { runbookPages } from "./pages/pages.ts";
import { ruleFile } from "./rule-file.ts";

export interface GeneratedFile {
  /** From the top of the tree. */
  readonly path: string;
  readonly text: string;
}

export const RUNBOOK_FOLDER = "compose/runbook";

/** What a test has to say of the commands in the pages; it makes this itself. */
export const BLOCKS_REPORT = `${RUNBOOK_FOLDER}/BLOCKS.md`;

/** All of them, with default options. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: "compose/prometheus/alert_rules.yml", text: ruleFile() },
    { path: "compose/alertmanager/alertmanager.yml", text: alertmanagerConfig() },
    ...runbookPages().map(({ file, text }) => ({ path: `${RUNBOOK_FOLDER}/${file}`, text })),
  ];
}
