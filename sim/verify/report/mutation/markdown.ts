// The report of mutants as Markdown for the summary of a CI job.

import { details, fitted, markdownTable, markdownText, runSentence } from "../markdown.ts";
import type { MutationReport } from "./mutation.ts";
import { allKilled, KIND_HEADINGS, kindRows, missedTexts, mutationTally } from "./results.ts";

export function mutationMarkdown(report: MutationReport): string {
  const missed = missedTexts(report);
  return fitted([
    `## ${allKilled(report) ? "✅" : "❌"} ${markdownText(mutationTally(report))}`,
    runSentence(report),
    markdownTable(KIND_HEADINGS, kindRows(report)),
    ...(missed.length === 0 ? [] : [details("❌ Missed", missed, true)]),
  ]);
}
