// A verification: every scenario run, their verdicts in one report. With the same seed, rules and scenarios the report is
// the same, apart from how long it took and where.

import type { KnownLabels } from "./known-alerts.ts";
import type { RunReport, ScenarioReport, VerifyReport } from "./report/report.ts";
import { askScenarios, type RunOptions } from "./run-scenarios.ts";

export interface VerifyOptions extends RunOptions {
  /** Every alert must be proven by some scenario; false where only some scenarios are run. */
  readonly complete: boolean;
}

/**
 * Runs all scenarios. What fails is in the report; only what could not be run at all is thrown.
 * @throws DashstreamError `rules_invalid`, `scenario_invalid`, `config_invalid`, `aborted`
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { answers, run } = await askScenarios("verdict", ({ report }) => report.ok, options);
  const scenarios = answers.map(({ report }) => report);
  const findings = options.complete ? unproven(scenarios, options.known) : [];
  return verdictOf(scenarios, findings, run, options);
}

/** All verdicts as one report. */
export function verdictOf(
  scenarios: readonly ScenarioReport[],
  findings: readonly string[],
  run: RunReport,
  { build, seed, promtool }: Pick<RunOptions, "build" | "seed" | "promtool">,
): VerifyReport {
  return {
    version: build.version,
    seed,
    engine: promtool === null ? "dashstream" : "promtool",
    ok: findings.length === 0 && scenarios.every(({ ok }) => ok),
    alerts: scenarios.flatMap(({ alerts }) => alerts),
    scenarios,
    findings,
    run,
  };
}

/** Alerts that nothing showed firing: hopes, not alerts. */
function unproven(reports: readonly ScenarioReport[], known: KnownLabels): readonly string[] {
  const tried = new Set(reports.flatMap(({ alerts }) => alerts.map(({ alert }) => alert)));
  return Object.keys(known)
    .filter((alert) => !tried.has(alert))
    .map((alert) => `no scenario proves ${alert}`);
}
