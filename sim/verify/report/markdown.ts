// The report as Markdown for the summary of a CI job (GitHub's dialect): one line that sums up, the table, and what
// failed, folded. Names and sentences of users' files show up as they are and format nothing.

import type { VerifyReport } from "./report.ts";
import {
  allowedOthers,
  clockSentence,
  counted,
  type Failure,
  failuresOf,
  RESULT_HEADINGS,
  resultRow,
  tallySentence,
  timeSentence,
} from "./results.ts";

/**
 * GitHub takes 1 MiB of summary from a step and refuses what is longer altogether.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const MAX_BYTES = 1024 * 1024;

export function verifyMarkdown(report: VerifyReport): string {
  const allowed = report.scenarios.flatMap((scenario) =>
    allowedOthers(scenario).map((text) => `${scenario.scenario}: ${text}`),
  );
  const clock = clockSentence(report);
  return fitted([
    `## ${report.ok ? "✅" : "❌"} ${markdownText(tallySentence(report))}`,
    `${runSentence(report)}${clock === null ? "" : ` In this report ${clock}.`}`,
    ...(report.alerts.length > 0 ? [resultTable(report)] : []),
    ...failuresOf(report).map(failureDetails),
    ...(allowed.length > 0
      ? [details("Fired beside the aim, as the scenario or its faults declare", allowed, false)]
      : []),
  ]);
}

/** What a run took, and how it can be had again. */
export function runSentence({ seed, engine, run }: Pick<VerifyReport, "seed" | "engine" | "run">): string {
  return `${timeSentence({ engine, run })}, seed ${seed}, evaluated by ${engine}.`;
}

function resultTable({ alerts }: VerifyReport): string {
  const rows = alerts.map((proof) => {
    const { verdict, times } = resultRow(proof);
    return [proof.name, proof.scenario, `${proof.proven ? "✅" : "❌"} ${verdict}`, ...times];
  });
  return markdownTable(RESULT_HEADINGS, rows);
}

function failureDetails({ title, reasons }: Failure): string {
  return details(`❌ ${title}`, reasons, true);
}

/** A table; `null` is an empty cell. */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const line = (cells: readonly (string | number | null)[]) =>
    `| ${cells.map((cell) => (cell === null ? "" : markdownText(String(cell)))).join(" | ")} |`;
  return [line(headings), `|${headings.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** A list below a title that folds it. */
export function details(title: string, items: readonly string[], isOpen: boolean): string {
  const list = items.map((item) => `- ${markdownText(item)}`).join("\n");
  return `<details${isOpen ? " open" : ""}><summary>${markdownText(title)}</summary>\n\n${list}\n\n</details>`;
}

/** Text that stays text on one line: no HTML, no emphasis, no end of a table cell. */
export function markdownText(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // Within a word an underscore is one, and names of metrics stay readable in the source.
      .replace(
        /[\\`*[\]|~$#@]|(?<![a-z0-9])_|_(?![a-z0-9])/gi,
        (character) => `&#${character.charCodeAt(0)};`,
      )
      .trim()
  );
}

/** As many of the parts as fit, in their order, and a sentence about the others. */
export function fitted(parts: readonly string[], maxBytes: number = MAX_BYTES): string {
  const reserved = 200;
  let text = "";
  for (const [index, part] of parts.entries()) {
    const longer = `${text}${index === 0 ? "" : "\n\n"}${part}`;
    if (Buffer.byteLength(longer) + reserved > maxBytes) {
      return `${text}\n\nLeft out: ${counted(parts.length - index, "further part")}. The summary of a job has at most ${maxBytes} bytes.\n`;
    }
    text = longer;
  }
  return `${text}\n`;
}
