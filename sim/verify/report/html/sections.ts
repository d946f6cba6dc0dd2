// The parts of the page, as HTML.

import { durationText } from "../../../scenarios/duration.ts";
import type { CoverageFinding } from "../coverage/findings.ts";
import type { AlertChart, AlertProof, ScenarioReport, VerifyReport } from "../report.ts";
import {
  allowedOthers,
  clockSentence,
  counted,
  proofReasons,
  RESULT_HEADINGS,
  resultRow,
  scenarioReasons,
  spanText,
  tally,
} from "../results.ts";
import { type Content, type Html, html } from "./markup.ts";
import { chartId, drawnCharts } from "./page-data.ts";
import { miniature, timeline } from "./timeline.ts";

export function pageHeader(report: VerifyReport, ruleFindings: readonly CoverageFinding[] | null): Html {
  const { run, scale } = report;
  const clock = clockSentence(report);
  const { alertCount, provenCount, scenarioCount, failedScenarioCount } = tally(report);
  const isSound = ruleFindings === null || ruleFindings.length === 0;
  const tiles: readonly (readonly [string, string])[] = [
    ["alerts proven", `${provenCount} of ${alertCount}`],
    ["scenarios passed", `${scenarioCount - failedScenarioCount} of ${scenarioCount}`],
    ["median detection", medianDetection(report.alerts)],
    scale === undefined ? ["virtual time", spanText(run.virtual_seconds)] : ["scale", String(scale)],
    ["real time", spanText(run.real_seconds)],
    ...(ruleFindings === null ? [] : ([["findings in the rules", String(ruleFindings.length)]] as const)),
  ];
  return html`<a class="skip" href="#results">To the results</a>
<div class="title"><h1>Verification of alerts</h1>${pill(report.ok && isSound, verdictText(report.ok, isSound))}</div>
<p class="muted">Each alert was watched while the running system was broken on purpose: inactive, pending, firing, and resolved once the fault was gone.${clock === null ? null : ` In this report ${clock}.`}</p>
<dl class="tiles">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** What a red badge is about comes first. */
function verdictText(isProven: boolean, isSound: boolean): string {
  if (!isProven)
    return isSound ? "not everything is proven" : "not everything is proven, rules have findings";
  return isSound ? "everything is proven" : "rules have findings";
}

function medianDetection(alerts: readonly AlertProof[]): string {
  const known = alerts.flatMap(({ detection_s }) => (detection_s === null ? [] : [detection_s]));
  const sorted = known.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? "–" : durationText((low + high) / 2);
}

export function wholeFindings({ findings }: VerifyReport): Content {
  if (findings.length === 0) return null;
  return html`<section class="card failed findings"><h2>Findings</h2><ul>${findings.map(item)}</ul></section>`;
}

/** What is wrong with users' rules, before everything that went well. */
export function ruleFindingsSection(findings: readonly CoverageFinding[]): Content {
  if (findings.length === 0) return null;
  const texts = findings.map(({ text }) => item(text));
  return html`<section class="card failed findings"><h2>Findings in the rules</h2><ul>${texts}</ul></section>`;
}

export function resultsTable({ alerts, scenarios, ok }: VerifyReport): Html {
  const byName = new Map(scenarios.map((scenario, index) => [scenario.scenario, { scenario, index }]));
  const rows = alerts.map((proof) => {
    const { verdict, times } = resultRow(proof);
    const at = byName.get(proof.scenario);
    const link = (text: string) =>
      at === undefined ? text : html`<a href="#scenario-${at.index}">${text}</a>`;
    return html`<tr class="${proof.proven ? "passed" : "failed"}"><td>${link(proof.name)}</td><td>${link(proof.scenario)}</td><td>${pill(proof.proven, verdict)}</td>${times.map((time) => html`<td class="number">${time ?? "–"}</td>`)}<td>${at === undefined ? null : miniature(proof, at.scenario)}</td></tr>`;
  });
  const headings = RESULT_HEADINGS.map(
    (name, index) => html`<th scope="col"${index > 2 ? html` class="number"` : null}>${name}</th>`,
  );
  const filter = ok
    ? null
    : html`<label class="filter"><input type="checkbox" id="only-failed">only what failed</label>`;
  return html`<section class="card" id="results"><div class="title"><h2>Results</h2>${filter}</div>
<div class="scroll" tabindex="0" role="region" aria-label="Results"><table class="results"><thead><tr>${headings}<th scope="col">timeline</th></tr></thead><tbody>${rows}</tbody></table></div>${legend()}</section>`;
}

/** What the colours mean, once. */
function legend(): Html {
  const keys = ["fault", "pending", "firing", "allowed", "undeclared"].map(
    (key) => html`<span style="--key:var(--${key})">${LEGEND[key] ?? key}</span>`,
  );
  return html`<div class="legend" aria-hidden="true">${keys}</div>`;
}

const LEGEND: Readonly<Record<string, string>> = {
  fault: "fault is on",
  allowed: "fired too, declared",
  undeclared: "fired, not declared",
};

export function scenarioSection(scenario: ScenarioReport, index: number): Html {
  const { ok, summary, alerts } = scenario;
  const charts = drawnCharts(scenario);
  const allowed = allowedOthers(scenario);
  const reasons = scenarioReasons(scenario);
  return html`<section class="card ${ok ? "passed" : "failed"}" id="scenario-${index}" aria-labelledby="scenario-${index}-name">
<div class="title"><h2 id="scenario-${index}-name">${scenario.scenario}</h2>${pill(ok, ok ? "passed" : "failed")}<a class="filter" href="#results">results</a></div>
<p class="muted">${summary}</p>${alerts.map(unprovenReasons)}${reasons.length > 0 ? findingsList("In this scenario", reasons) : null}
${timeline(scenario)}${allowed.length === 0 ? null : html`<div class="others"><h3>Fired beside the aim, as the scenario or its faults declare</h3><ul>${allowed.map(item)}</ul></div>`}
${faultDetails(scenario)}${charts.map((chart, chartIndex) => chartFigure(chart, chartId(index, chartIndex), index, alerts))}</section>`;
}

function unprovenReasons(proof: AlertProof): Content {
  const reasons = proofReasons(proof);
  return reasons.length === 0 ? null : findingsList(`${proof.name} is not proven`, reasons);
}

function findingsList(title: string, reasons: readonly string[]): Html {
  return html`<div class="findings"><h3>${title}</h3><ul>${reasons.map(item)}</ul></div>`;
}

function item(text: string): Html {
  return html`<li>${text}</li>`;
}

function faultDetails({ faults }: ScenarioReport): Content {
  if (faults.length === 0) return null;
  const entries = faults.map(({ fault, params, applied_at_s, cleared_at_s, hits }) => {
    const when = `${durationText(applied_at_s)} to ${durationText(cleared_at_s)}, took ${counted(hits, "time")}`;
    return html`<dt>${fault}</dt><dd>${when} <code>${JSON.stringify(params)}</code></dd>`;
  });
  return html`<details><summary>Faults and their parameters</summary><dl class="pairs">${entries}</dl></details>`;
}

function chartFigure(
  chart: AlertChart,
  id: string,
  scenarioIndex: number,
  alerts: readonly AlertProof[],
): Html {
  const proof = alerts.find(({ alert }) => alert === chart.alert);
  const label = `${chart.alert}, ${chart.series.length} series; left and right arrow keys read values`;
  return html`<figure id="${id}" data-scenario="scenario-${scenarioIndex}"><figcaption><h3>${chart.alert}</h3>${proof === undefined ? null : html`<span class="severity">${proof.severity}</span>`}<span class="expr">${chart.expr}${chart.threshold === null ? null : ` · threshold ${chart.threshold}`}</span></figcaption>
<div class="plot" tabindex="0" role="group" aria-label="${label}"></div><details class="values"><summary>Values</summary></details>${proof === undefined ? null : renderedAlert(proof)}</figure>`;
}

/** The alert as Alertmanager got it. */
function renderedAlert({ labels, annotations, firing_at_s }: AlertProof): Content {
  if (firing_at_s === null) return null;
  const pairs = [...Object.entries(labels), ...Object.entries(annotations)].map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`,
  );
  return html`<details><summary>Labels and annotations when it fired</summary><dl class="pairs">${pairs}</dl></details>`;
}

function pill(isGood: boolean, text: string): Html {
  return html`<span class="pill ${isGood ? "good" : "bad"}">${text}</span>`;
}

export function pageFooter({ version, seed, engine, run }: VerifyReport): Html {
  const memory = `${Math.round(run.max_rss_bytes / 2 ** 20)} MiB`;
  return html`dashstream ${version}, seed ${seed}, evaluated by ${engine}. Run on ${run.started_at}: ${run.runtime}, ${run.platform}, ${counted(run.workers, "worker")}, at most ${memory}.`;
}
