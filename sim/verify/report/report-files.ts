// The files that a verification can leave behind, by the options that name them.

import type { CoverageFinding } from "./coverage/findings.ts";
import { verifyHtml } from "./html.ts";
import { verifyJunit } from "./junit.ts";
import { verifyMarkdown } from "./markdown.ts";
import type { VerifyReport } from "./report.ts";
import type { ReportOutput, ReportTarget } from "./write-reports.ts";

/** Paths by format; `-` as the path of `markdown` is standard output. */
export interface ReportPaths {
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
}

type Render = (report: VerifyReport, ruleFindings: readonly CoverageFinding[] | null) => string;

const FORMATS = {
  junit: { option: "--junit", render: verifyJunit },
  markdown: { option: "--markdown", render: (report) => verifyMarkdown(report), mayBeStdout: true },
  html: { option: "--html", render: verifyHtml },
} as const satisfies Record<keyof ReportPaths, Omit<ReportTarget, "path"> & { readonly render: Render }>;

/** What is to be checked before the run. */
export function reportTargets(paths: ReportPaths): readonly ReportTarget[] {
  return targets(paths);
}

/**
 * What is to be written after it.
 * @param ruleFindings what is wrong with users' rules; `null` if nobody looked
 */
export function reportOutputs(
  paths: ReportPaths,
  report: VerifyReport,
  ruleFindings: readonly CoverageFinding[] | null = null,
): readonly ReportOutput[] {
  return targets(paths).map(({ render, ...target }) => ({
    ...target,
    render: () => render(report, ruleFindings),
  }));
}

/** A Markdown report of something else than a verification; nothing if nobody asked for it. */
export function markdownOutput(path: string | undefined, render: () => string): readonly ReportOutput[] {
  return path === undefined ? [] : [{ ...FORMATS.markdown, path, render }];
}

function targets(paths: ReportPaths) {
  return (["junit", "markdown", "html"] as const).flatMap((format) => {
    const path = paths[format];
    return path === undefined ? [] : [{ ...FORMATS[format], path }];
  });
}
