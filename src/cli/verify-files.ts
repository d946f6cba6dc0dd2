// The reports of a verification that only files can hold.

import type { VerifyReport } from "../../sim/verify/report/report.ts";
import { writeOutputFile } from "./output-file.ts";

export interface VerifyFiles {
  readonly junit?: string;
  readonly html?: string;
}

/** @throws DashstreamError `storage_failed` */
export async function writeVerifyFiles(report: VerifyReport, { junit, html }: VerifyFiles): Promise<void> {
  if (junit !== undefined) {
    const { verifyJunit } = await import("../../sim/verify/report/junit.ts");
    writeOutputFile(junit, verifyJunit(report));
  }
  if (html !== undefined) {
    const { verifyHtml } = await import("../../sim/verify/report/html.ts");
    writeOutputFile(html, verifyHtml(report));
  }
}
