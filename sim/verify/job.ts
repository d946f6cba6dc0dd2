// One scenario as a piece of work that any process can do: all that goes in and comes out is JSON.

import { readRuleFile } from "../../src/promql/rules/read-rule-file.ts";
import type { RuleGroup } from "../../src/promql/rules/rule.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { chartsOf } from "./charts.ts";
import { whyInactive } from "./inactivity.ts";
import { judgeScenario } from "./judge.ts";
import { type KnownLabels, knownAlerts } from "./known-alerts.ts";
import { compareWithPromtool } from "./promtool/compare.ts";
import { recordScenario } from "./record.ts";
import { type Recording, virtualSecondsOf } from "./recording.ts";
import type { ScenarioReport } from "./report/report.ts";
import { evaluateRules, type RuleHistory } from "./rule-history.ts";
import type { TargetLabels } from "./site/target-labels.ts";

/** A rule file as it was read. */
export interface RuleText {
  readonly file: string;
  readonly text: string;
}

export interface ScenarioJob {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly rules: readonly RuleText[];
  /** Labels that each alert must carry when it fires. */
  readonly known: KnownLabels;
  readonly targetLabels: TargetLabels;
  /** Charts are large; only one report needs them. */
  readonly charts: boolean;
  /** The program that evaluates everything once more, each difference a finding; `null` = none. */
  readonly promtool: string | null;
}

export interface ScenarioResult {
  readonly report: ScenarioReport;
  readonly virtualSeconds: number;
}

/** A scenario as it ran, and what the rules made of it. */
export interface ScenarioRun {
  readonly groups: readonly RuleGroup[];
  /** Its findings include those of promtool. */
  readonly recording: Recording;
  readonly history: RuleHistory;
  readonly virtualSeconds: number;
}

/** @throws DashstreamError `scenario_invalid`, `rules_invalid` or `config_invalid` */
export async function runScenario(job: ScenarioJob): Promise<ScenarioRun> {
  const { scenario, seed, targetLabels, promtool } = job;
  const groups = readRules(job.rules);
  const recorded = await recordScenario({ scenario, seed, targetLabels });
  const differences = promtool === null ? [] : await compareWithPromtool(recorded, groups, promtool);
  const recording = { ...recorded, findings: [...recorded.findings, ...differences] };
  const history = evaluateRules(recording, groups);
  return { groups, recording, history, virtualSeconds: virtualSecondsOf(recording) };
}

/** @throws DashstreamError `scenario_invalid`, `rules_invalid` or `config_invalid` */
export async function runJob(job: ScenarioJob): Promise<ScenarioResult> {
  const run = await runScenario(job);
  return { report: reportOf(job, run), virtualSeconds: run.virtualSeconds };
}

/** What the scenario proves. */
export function reportOf(job: ScenarioJob, run: ScenarioRun): ScenarioReport {
  const { scenario } = job;
  const { groups, recording, history } = run;
  const known = knownAlerts(job.known);
  const verdict = judgeScenario(scenario, recording, history, { groups, known }, (expectation) =>
    whyInactive(expectation, scenario, run),
  );
  const charts = job.charts ? chartsOf(scenario, recording, history, groups) : [];
  return { ...verdict, charts };
}

/** @throws DashstreamError `rules_invalid` */
export function readRules(rules: readonly RuleText[]): readonly RuleGroup[] {
  return rules.flatMap(({ file, text }) => readRuleFile(text, file));
}
