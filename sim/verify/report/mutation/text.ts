// The report of mutants on a terminal: counts by kind, those proven equivalent, and those that were missed.

import { line, listBlocks, type TextBlock, type TextCell } from "../text-block.ts";
import type { MutationReport } from "./mutation.ts";
import { allKilled, KIND_HEADINGS, kindRows, mutantText, mutationSentence, withOutcome } from "./results.ts";

export function mutationText(report: MutationReport): readonly TextBlock[] {
  const rows = kindRows(report).map(([kind, killed, missed, equivalent, done]): readonly TextCell[] => [
    kind,
    killed,
    missed,
    equivalent,
    done,
  ]);
  return [
    { kind: "table", headings: KIND_HEADINGS, rows },
    ...listBlocks("equivalent", withOutcome(report, "equivalent").map(mutantText), "faint"),
    ...listBlocks("missed", withOutcome(report, "missed").map(mutantText), "bad"),
    line(""),
    line(`seed ${report.seed}, evaluated by ${report.engine}`, "faint"),
    line(mutationSentence(report), allKilled(report) ? "good" : "bad"),
  ];
}
