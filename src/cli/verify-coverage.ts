// `dashstream verify --rules`: what the scenarios say of somebody's own rules, and where they bring scenarios too, whether
// these prove what they expect.

import type { Cover, CoverOptions } from "../../sim/verify/coverage/cover.ts";
import type { CoverageFinding } from "../../sim/verify/report/coverage/findings.ts";
import type { ReportOutput } from "../../sim/verify/report/write-reports.ts";
import { DashstreamError } from "../errors.ts";
import type { ExitCode } from "./context.ts";
import type { Printer } from "./printer.ts";
import { printBlocks } from "./text-blocks.ts";
import { giveReports, type ReportFlags } from "./verify-reports.ts";

/** @throws DashstreamError `usage` for a report that coverage alone does not have */
export function checkCoverageFlags({ html }: ReportFlags, judged: boolean): void {
  if (html === undefined || judged) return;
  throw new DashstreamError(
    "usage",
    "--html: coverage of rules has no page, which shows what scenarios expect; expected --junit, --markdown or --json, or --scenario with scenarios that expect something",
  );
}

export async function runCoverage(
  options: CoverOptions,
  flags: ReportFlags,
  printer: Printer,
): Promise<ExitCode> {
  const [{ cover }, { findingsOf }] = await Promise.all([
    import("../../sim/verify/coverage/cover.ts"),
    import("../../sim/verify/report/coverage/findings.ts"),
  ]);
  const result = await cover(options);
  const { verdict, coverage } = result;
  const findings = findingsOf(coverage);
  const ok = findings.length === 0 && (verdict === null || verdict.ok);
  const outputs = await coverageOutputs(result, findings, flags);
  await giveReports(flags, outputs, await printing(result, ok, flags, printer), printer);
  return ok ? 0 : 1;
}

/** The reports that were asked for, of what is judged and of the rules. */
async function coverageOutputs(
  result: Cover,
  findings: readonly CoverageFinding[],
  { junit, html, markdown }: ReportFlags,
): Promise<readonly ReportOutput[]> {
  const [{ markdownOutput, reportOutputs }, { coverageJunit }] = await Promise.all([
    import("../../sim/verify/report/report-files.ts"),
    import("../../sim/verify/report/coverage/junit.ts"),
  ]);
  const { verdict, coverage } = result;
  const ofRules = markdownOutput(markdown, await markdownOf(result));
  if (verdict !== null) return [...reportOutputs({ junit, html }, verdict, findings), ...ofRules];
  if (junit === undefined) return ofRules;
  return [{ option: "--junit", path: junit, render: () => coverageJunit(coverage) }, ...ofRules];
}

async function markdownOf({ verdict, coverage }: Cover): Promise<() => string> {
  const [{ coverageMarkdown }, { verifyMarkdown }] = await Promise.all([
    import("../../sim/verify/report/coverage/markdown.ts"),
    import("../../sim/verify/report/markdown.ts"),
  ]);
  return () => {
    const text = coverageMarkdown(coverage);
    return verdict === null ? text : `${verifyMarkdown(verdict)}\n${text}`;
  };
}

async function printing(
  { verdict, coverage }: Cover,
  ok: boolean,
  { json }: ReportFlags,
  printer: Printer,
): Promise<() => void> {
  const [{ coverageDocument }, { coverageText }, { verifyDocument }, { verifyText }, { line }] =
    await Promise.all([
      import("../../sim/verify/report/coverage/json.ts"),
      import("../../sim/verify/report/coverage/text.ts"),
      import("../../sim/verify/report/json.ts"),
      import("../../sim/verify/report/text.ts"),
      import("../../sim/verify/report/text-block.ts"),
    ]);
  return () => {
    if (!json) {
      if (verdict !== null) printBlocks(printer, [...verifyText(verdict), line("")]);
      return printBlocks(printer, coverageText(coverage));
    }
    const document = coverageDocument(coverage);
    if (verdict === null) return printer.json(document);
    const { run: _, ...shown } = document;
    printer.json({ ...verifyDocument(verdict), ok, coverage: shown });
  };
}
