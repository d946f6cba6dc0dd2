// The report as one HTML file that needs nothing else, not even a network: it says so itself by its content security
// policy, which allows the two scripts inside it and no other. Every result is in it as text; scripts draw the charts.

import { createHash } from "node:crypto";
import plotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import plotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { DashstreamError } from "../../../src/errors.ts";
import type { CoverageFinding } from "./coverage/findings.ts";
import { type Html, html, jsonForScript, trusted } from "./html/markup.ts";
import pageStyle from "./html/page.css" with { type: "text" };
import { pageData } from "./html/page-data.ts";
import pageScript from "./html/page-script.generated.js" with { type: "text" };
import {
  pageFooter,
  pageHeader,
  resultsTable,
  ruleFindingsSection,
  scenarioSection,
  wholeFindings,
} from "./html/sections.ts";
import type { VerifyReport } from "./report.ts";
import { counted, tallySentence } from "./results.ts";

/** @param ruleFindings what is wrong with users' rules; `null` if nobody looked */
export function verifyHtml(
  report: VerifyReport,
  ruleFindings: readonly CoverageFinding[] | null = null,
): string {
  const { scenarios } = report;
  const ruleTally = ruleFindings?.length ? `, ${counted(ruleFindings.length, "finding")} in the rules` : "";
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<link rel="icon" href="data:,">
<title>${tallySentence(report)}${ruleTally}</title>
<style>${trusted(plotStyle)}</style>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<header>${pageHeader(report, ruleFindings)}</header>
<main>${wholeFindings(report)}${ruleFindingsSection(ruleFindings ?? [])}${resultsTable(report)}${scenarios.map(scenarioSection)}</main>
<footer>${pageFooter(report)}<noscript> The charts need JavaScript; all results are above.</noscript></footer>
<script type="application/json" id="data">${jsonForScript(pageData(scenarios))}</script>
<!-- uPlot, Copyright (c) 2022 Leon Sorokin, MIT License: https://github.com/leeoniya/uPlot/blob/master/LICENSE -->
${scriptElement(plotScript)}
${scriptElement(pageScript)}
</body>
</html>
`;
  return page.html;
}

function scriptElement(script: string): Html {
  if (/<\/script/i.test(script))
    throw new DashstreamError("invariant", "a script of the page ends its element");
  return html`<script>${trusted(script)}</script>`;
}

function contentPolicy(): string {
  const scripts = [plotScript, pageScript].map((script) => `'sha256-${sha256(script)}'`).join(" ");
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${scripts}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
