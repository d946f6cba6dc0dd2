// The report on a terminal: a table of alerts, what failed and why, what was allowed to fire too, one line that sums up.
// And the line that tells how far a run is.

import type { VerifyProgress, VerifyReport } from "./report.ts";
import {
  allowedOthers,
  clockSentence,
  failuresOf,
  RESULT_HEADINGS,
  resultRow,
  summarySentence,
} from "./results.ts";
import { line, listBlocks, type TableBlock, type TextBlock } from "./text-block.ts";

/** The whole report, the most important last, because that is what a terminal shows. */
export function verifyText(report: VerifyReport): readonly TextBlock[] {
  const allowed = report.scenarios.flatMap((scenario) =>
    allowedOthers(scenario).map((text) => `${scenario.scenario}: ${text}`),
  );
  const clock = clockSentence(report);
  return [
    ...(report.alerts.length > 0 ? [resultTable(report)] : []),
    ...listBlocks("fired beside the aim, as the scenario or its faults declare", allowed, "faint"),
    ...failuresOf(report).flatMap(({ title, reasons }) => listBlocks(title, reasons, "bad")),
    line(""),
    ...(clock === null ? [] : [line(clock, "faint")]),
    line(`seed ${report.seed}, evaluated by ${report.engine}`, "faint"),
    line(summarySentence(report), report.ok ? "good" : "bad"),
  ];
}

function resultTable({ alerts }: VerifyReport): TableBlock {
  const rows = alerts.map((proof) => {
    const { verdict, times } = resultRow(proof);
    const tone = proof.proven ? "good" : "bad";
    return [proof.name, proof.scenario, { text: verdict, tone } as const, ...times];
  });
  return { kind: "table", headings: RESULT_HEADINGS, rows };
}

/** Turns what a run tells into one line that replaces the one before: done, failed, and what is running. */
export function createProgressText(): (progress: VerifyProgress) => string {
  const running = new Set<string>();
  let failedCount = 0;
  return ({ scenario, state, done, total }) => {
    if (state === "started") running.add(scenario);
    else running.delete(scenario);
    if (state === "failed") failedCount++;
    const failed = failedCount === 0 ? "" : `, ${failedCount} failed`;
    const names = running.size === 0 ? "" : `: ${[...running].join(", ")}`;
    return `${done} of ${total} scenarios${failed}${names}`;
  };
}
