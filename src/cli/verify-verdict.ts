// `dashstream verify`: whether the scenarios prove what they expect.

import type { VerifyOptions } from "../../sim/verify/verify.ts";
import type { ExitCode } from "./context.ts";
import type { Printer } from "./printer.ts";
import { printBlocks } from "./text-blocks.ts";
import { giveReports, type ReportFlags } from "./verify-reports.ts";

export async function runVerdict(
  options: VerifyOptions,
  flags: ReportFlags,
  printer: Printer,
): Promise<ExitCode> {
  const [{ verify }, { verifyText }, { verifyDocument }, { reportOutputs }] = await Promise.all([
    import("../../sim/verify/verify.ts"),
    import("../../sim/verify/report/text.ts"),
    import("../../sim/verify/report/json.ts"),
    import("../../sim/verify/report/report-files.ts"),
  ]);
  const report = await verify(options);
  const { junit, markdown, html } = flags;
  const print = () => {
    if (flags.json) printer.json(verifyDocument(report));
    else printBlocks(printer, verifyText(report));
  };
  await giveReports(flags, reportOutputs({ junit, markdown, html }, report), print, printer);
  return report.ok ? 0 : 1;
}
