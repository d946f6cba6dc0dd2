// `dashstream runbook`: the pages of the runbook, to be read on a terminal or served somewhere.

import type { Command } from "commander";
import type { RunbookPage } from "../alerts/pages/pages.ts";
import { nearestHint } from "../config/nearest.ts";
import { DashstreamError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { writeOutputDirectory } from "./output-file.ts";

interface Flags {
  readonly out?: string;
  readonly json?: true;
}

/** Of a name so much may be wrong for a guess. */
const WRONG_SHARE = 0.3;

export const runbookCommand = defineCommand({
  name: "runbook",
  description: "Print a page of the runbook: of an alert, or the index.",
  examples: [
    ["runbook", "the index"],
    ["runbook SequenceGapsDetected", "what to do about an alert"],
    ["runbook escalation", "another page, by its name"],
    ["runbook --out runbook", "all pages as Markdown files, for `rules --runbook-url`"],
  ],
  configure: (command) => {
    command
      .argument("[page]", "name of an alert or of a page")
      .option("--out <directory>", "write all pages there; it may be new, what it lies in may not")
      .option("--json", "one JSON object");
  },
  action: runbook,
});

async function runbook({ printer }: CliContext, command: Command): Promise<ExitCode> {
  const { out, json } = command.opts<Flags>();
  const [wanted] = command.args;
  if (out !== undefined && wanted !== undefined) {
    throw new DashstreamError(
      "usage",
      "--out and a page are both given, expected one: --out writes all pages",
    );
  }
  const { runbookPages } = await import("../alerts/pages/pages.ts");
  const pages = runbookPages();
  if (out !== undefined) {
    writeOutputDirectory("--out", out, pages);
    if (json) printer.json({ directory: out, files: pages.map(({ file }) => file) });
    else printer.line(`wrote ${pages.length} pages to ${out}`);
    return 0;
  }
  const page = await findPage(pages, wanted ?? "README");
  if (json) printer.json(page);
  else printer.text(page.text);
  return 0;
}

/** By the name of an alert, or of the file with or without its ending; upper and lower case are alike. */
async function findPage(pages: readonly RunbookPage[], wanted: string): Promise<RunbookPage> {
  const [{ alertSlug }, { ALERTS }] = await Promise.all([
    import("../alerts/alert.ts"),
    import("../alerts/registry.ts"),
  ]);
  const slugs = new Set(ALERTS.map(({ name }) => alertSlug(name)));
  const names = new Map<string, RunbookPage>();
  for (const page of pages) names.set(page.file.replace(/\.md$/, "").toLowerCase(), page);
  for (const { name } of ALERTS) {
    const page = names.get(alertSlug(name));
    if (page !== undefined) names.set(name.toLowerCase(), page);
  }
  const page = names.get(wanted.replace(/\.md$/i, "").toLowerCase());
  if (page !== undefined) return page;
  const others = pages.map(({ file }) => file.replace(/\.md$/, "")).filter((name) => !slugs.has(name));
  const known = [...ALERTS.map(({ name }) => name), ...slugs, ...others];
  const hint = nearestHint(wanted, known, WRONG_SHARE);
  throw new DashstreamError(
    "usage",
    `the runbook has no page "${wanted}", expected the name of an alert, or one of ${others.join(", ")}${hint}`,
  );
}
