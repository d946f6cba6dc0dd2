// The reports of a verification: which files they go to, whether these can be written, and what is printed.

import { type ReportOutput, STDOUT_PATH } from "../../sim/verify/report/write-reports.ts";
import { DashstreamError } from "../errors.ts";
import type { Printer } from "./printer.ts";

export interface ReportFlags {
  readonly junit?: string;
  readonly markdown?: string;
  readonly html?: string;
  readonly json?: true;
  readonly mutate?: true;
}

/**
 * Before the run, so that a long one is not wasted.
 * @throws DashstreamError `usage`, naming every option whose file cannot be written
 */
export async function checkReports(flags: ReportFlags): Promise<void> {
  const { junit, markdown, html, json, mutate } = flags;
  if (json && markdown === STDOUT_PATH) {
    throw new DashstreamError("usage", "--json and --markdown - both write to standard output, expected one");
  }
  const [ignored] = Object.entries({ "--junit": junit, "--html": html }).find(([, path]) => path) ?? [];
  if (mutate && ignored !== undefined) {
    throw new DashstreamError("usage", `--mutate has no ${ignored}, expected --json or --markdown`);
  }
  const [{ checkReportTargets }, { reportTargets }] = await Promise.all([
    import("../../sim/verify/report/write-reports.ts"),
    import("../../sim/verify/report/report-files.ts"),
  ]);
  checkReportTargets(reportTargets({ junit, html, markdown }));
}

/**
 * Prints, unless standard output is for the Markdown report, and writes the files.
 * @throws DashstreamError `storage_failed` after everything else was written and printed
 */
export async function giveReports(
  { markdown }: ReportFlags,
  outputs: readonly ReportOutput[],
  print: () => void,
  printer: Printer,
): Promise<void> {
  const { writeReports } = await import("../../sim/verify/report/write-reports.ts");
  if (markdown !== STDOUT_PATH) print();
  writeReports(outputs, (text) => printer.text(text));
}
