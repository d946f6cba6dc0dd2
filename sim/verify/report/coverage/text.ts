// The coverage of users' rules on a terminal: by alert, by fault, then what nothing raises or notices, and findings.

import { line, listBlocks, type TableBlock, type TextBlock, type TextCell } from "../text-block.ts";
import type { CoverageReport } from "./coverage.ts";
import {
  ALERT_HEADINGS,
  alertRow,
  coverageFindings,
  coverageSentence,
  FAULT_HEADINGS,
  faultRow,
  silentAlerts,
  unnoticedFaults,
} from "./findings.ts";

export function coverageText(report: CoverageReport): readonly TextBlock[] {
  const { alerts, faults, seed, engine } = report;
  const findings = coverageFindings(report);
  return [
    table(ALERT_HEADINGS, alerts.map(alertRow), 2),
    line(""),
    table(FAULT_HEADINGS, faults.map(faultRow), 1),
    ...listBlocks("alerts that nothing raises", silentAlerts(report), "notice"),
    ...listBlocks("scenarios that nothing notices", unnoticedFaults(report), "notice"),
    ...listBlocks("findings", findings, "bad"),
    line(""),
    line(`seed ${seed}, evaluated by ${engine}`, "faint"),
    line(coverageSentence(report), findings.length === 0 ? "good" : "bad"),
  ];
}

/** @param verdictColumn the column that says `nothing` where nothing happened */
function table(
  headings: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  verdictColumn: number,
): TableBlock {
  const toned = rows.map((row) =>
    row.map((cell, column): TextCell => {
      return column === verdictColumn && cell === "nothing" ? { text: cell, tone: "notice" } : cell;
    }),
  );
  return { kind: "table", headings, rows: toned };
}
