// `dashstream verify --mutate`: rules and signals broken one at a time, and which of these a run would not notice.

import type { RunOptions } from "../../sim/verify/run-scenarios.ts";
import type { ExitCode } from "./context.ts";
import type { Printer } from "./printer.ts";
import { printBlocks } from "./text-blocks.ts";
import { giveReports, type ReportFlags } from "./verify-reports.ts";

export async function runMutants(
  options: RunOptions,
  flags: ReportFlags,
  printer: Printer,
): Promise<ExitCode> {
  const [{ mutate }, { mutationText }, { mutationDocument }, { mutationMarkdown }, { allKilled }, files] =
    await Promise.all([
      import("../../sim/verify/mutants/mutate.ts"),
      import("../../sim/verify/report/mutation/text.ts"),
      import("../../sim/verify/report/mutation/json.ts"),
      import("../../sim/verify/report/mutation/markdown.ts"),
      import("../../sim/verify/report/mutation/results.ts"),
      import("../../sim/verify/report/report-files.ts"),
    ]);
  const report = await mutate(options);
  const print = () => {
    if (flags.json) printer.json(mutationDocument(report));
    else printBlocks(printer, mutationText(report));
  };
  const outputs = files.markdownOutput(flags.markdown, () => mutationMarkdown(report));
  await giveReports(flags, outputs, print, printer);
  return allKilled(report) ? 0 : 1;
}
