// The reports of a verification: which files they go to, whether these can be written, and what is printed.

import type { VerifyReport } from "../../sim/verify/report/report.ts";
import type { ReportOutput } from "../../sim/verify/report/write-reports.ts";
import { DashstreamError } from "../errors.ts";
import type { Printer } from "./printer.ts";
import { printBlocks } from "./text-blocks.ts";

export interface ReportFlags {
  readonly junit?: string;
  readonly markdown?: string;
  readonly html?: string;
  readonly json?: true;
  readonly mutate?: true;
}

/** Standard output, as the path of the Markdown report. */
export const STDOUT = "-";

/**
 * Before the run, so that a long one is not wasted.
 * @throws DashstreamError `usage`, naming every option whose file cannot be written
 */
export async function checkReports(flags: ReportFlags): Promise<void> {
  const { junit, markdown, html, json, mutate } = flags;
  if (json && markdown === STDOUT) {
    throw new DashstreamError("usage", "--json and --markdown - both write to standard output, expected one");
  }
  const given = Object.entries({ "--junit": junit, "--markdown": markdown, "--html": html });
  const [ignored] = given.find(([, path]) => path !== undefined) ?? [];
  if (mutate && ignored !== undefined) {
    throw new DashstreamError("usage", `--mutate has no ${ignored}, expected --json or nothing`);
  }
  const [{ checkReportTargets }, { reportTargets }] = await Promise.all([
    import("../../sim/verify/report/write-reports.ts"),
    import("../../sim/verify/report/report-files.ts"),
  ]);
  checkReportTargets(reportTargets({ junit, html, markdown }));
}

/** @throws DashstreamError `storage_failed` after everything else was written and printed */
export async function writeReports(
  report: VerifyReport,
  flags: ReportFlags,
  printer: Printer,
): Promise<void> {
  const { junit, markdown, html, json } = flags;
  if (markdown !== STDOUT) await print(report, json === true, printer);
  const { reportOutputs } = await import("../../sim/verify/report/report-files.ts");
  await writeOutputs(reportOutputs({ junit, html, markdown }, report), printer);
}

/** @throws DashstreamError `storage_failed` after everything that can be written was */
export async function writeOutputs(outputs: readonly ReportOutput[], printer: Printer): Promise<void> {
  const { writeReports: write } = await import("../../sim/verify/report/write-reports.ts");
  write(outputs, (text) => printer.text(text));
}

async function print(report: VerifyReport, asJson: boolean, printer: Printer): Promise<void> {
  const [{ verifyText }, { verifyDocument }] = await Promise.all([
    import("../../sim/verify/report/text.ts"),
    import("../../sim/verify/report/json.ts"),
  ]);
  if (asJson) printer.json(verifyDocument(report));
  else printBlocks(printer, verifyText(report));
}
