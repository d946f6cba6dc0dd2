// All pages of the runbook by file name.

import { alertSlug } from "../alert.ts";
import { ALERTS } from "../registry.ts";
import type { RuleOptions } from "../rule-groups.ts";
import { alertPage } from "./alert-page.ts";
import { GUIDES } from "./guides.ts";
import { escalationPage, indexPage } from "./overview.ts";

export interface RunbookPage {
  /** Name of the file. `runbook_url` of an alert ends with it. */
  readonly file: string;
  readonly text: string;
}

/** The index first. */
export function runbookPages(options: RuleOptions = {}): readonly RunbookPage[] {
  return [
    { file: "README.md", text: indexPage() },
    { file: "escalation.md", text: escalationPage() },
    ...GUIDES.map(({ file, text }) => ({ file, text: text() })),
    ...ALERTS.map((alert) => ({ file: `${alertSlug(alert.name)}.md`, text: alertPage(alert, options) })),
  ];
}
