// The report of mutants on a terminal: counts by kind, and those that were missed.

import { line, listBlocks, type TextBlock } from "../text-block.ts";
import type { MutationReport } from "./mutation.ts";
import { allKilled, KIND_HEADINGS, kindRows, missedTexts, mutationSentence } from "./results.ts";

export function mutationText(report: MutationReport): readonly TextBlock[] {
  return [
    { kind: "table", headings: KIND_HEADINGS, rows: kindRows(report) },
    ...listBlocks("missed", missedTexts(report), "bad"),
    line(""),
    line(`seed ${report.seed}, evaluated by ${report.engine}`, "faint"),
    line(mutationSentence(report), allKilled(report) ? "good" : "bad"),
  ];
}
