// The coverage of users' rules as Markdown for the summary of a CI job.

import { details, fitted, markdownTable, markdownText, runSentence } from "../markdown.ts";
import type { CoverageReport } from "./coverage.ts";
import {
  ALERT_HEADINGS,
  alertRow,
  coverageFindings,
  coverageTally,
  FAULT_HEADINGS,
  faultRow,
  silentAlerts,
  unnoticedFaults,
} from "./findings.ts";

export function coverageMarkdown(report: CoverageReport): string {
  const { alerts, faults, files } = report;
  const findings = coverageFindings(report);
  const folded = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [details(title, items, false)];
  return fitted([
    `## ${findings.length === 0 ? "✅" : "❌"} ${markdownText(coverageTally(report))}`,
    `${markdownText(files.join(", "))}: ${runSentence(report)}`,
    ...(findings.length === 0 ? [] : [details("❌ findings", findings, true)]),
    markdownTable(ALERT_HEADINGS, alerts.map(alertRow)),
    markdownTable(FAULT_HEADINGS, faults.map(faultRow)),
    ...folded("Alerts that nothing raises", silentAlerts(report)),
    ...folded("Scenarios that nothing notices", unnoticedFaults(report)),
  ]);
}
