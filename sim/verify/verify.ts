// A verification: scenarios worked off by several processes, their verdicts in one report. With the same seed, rules and
// scenarios the report is the same, apart from how long it took and where.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { RuleText, ScenarioJob, ScenarioResult } from "./job.ts";
import type { KnownLabels } from "./known-alerts.ts";
import { runPool } from "./pool.ts";
import type { RunReport, ScenarioReport, VerifyProgress, VerifyReport } from "./report/report.ts";

export interface VerifyOptions {
  readonly scenarios: readonly Scenario[];
  readonly rules: readonly RuleText[];
  /** All alerts of the rules, with labels that each must carry when it fires. */
  readonly known: KnownLabels;
  readonly seed: number;
  readonly targetLabels: Readonly<Record<string, string>>;
  readonly charts: boolean;
  /** Path of the promtool that evaluates everything too, each difference a failure; `null` = none. */
  readonly promtool: string | null;
  /** Every alert must be proven by some scenario; false where only some scenarios are run. */
  readonly complete: boolean;
  readonly workers: number;
  readonly startWorker: () => ChildProcessWithoutNullStreams;
  readonly clock: Clock;
  readonly build: BuildInfo;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs all scenarios. What fails is in the report; only what could not be run at all is thrown.
 * @throws DashstreamError `rules_invalid`, `scenario_invalid`, `config_invalid`, `aborted`
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { scenarios, known, seed, clock, build, onProgress, signal } = options;
  const startedMs = clock.monotonicMs();
  const startedAt = new Date(clock.nowMs()).toISOString();
  const total = scenarios.length;
  let done = 0;
  const { results, maxRssBytes } = await runPool<ScenarioJob, ScenarioResult>({
    jobs: scenarios.map((scenario) => jobOf(scenario, options)),
    workers: options.workers,
    startWorker: options.startWorker,
    nameOf: ({ scenario }) => `scenario ${scenario.name}`,
    onStart: ({ scenario }) => onProgress?.({ scenario: scenario.name, state: "started", done, total }),
    onResult: ({ scenario }, { report }) => {
      done++;
      onProgress?.({ scenario: scenario.name, state: report.ok ? "passed" : "failed", done, total });
    },
    ...(signal ? { signal } : {}),
  });
  const reports = results.map(({ report }) => report);
  const findings = options.complete ? unproven(reports, known) : [];
  const run: RunReport = {
    real_seconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
    virtual_seconds: results.reduce((sum, { virtualSeconds }) => sum + virtualSeconds, 0),
    workers: Math.min(options.workers, total),
    max_rss_bytes: maxRssBytes + process.resourceUsage().maxRSS * RSS_UNIT_BYTES,
    runtime: build.runtime,
    platform: `${process.platform}-${process.arch}`,
    started_at: startedAt,
  };
  return {
    version: build.version,
    seed,
    engine: options.promtool === null ? "dashstream" : "promtool",
    ok: findings.length === 0 && reports.every(({ ok }) => ok),
    alerts: reports.flatMap(({ alerts }) => alerts),
    scenarios: reports,
    findings,
    run,
  };
}

/** `getrusage` counts in KiB on Linux. */
const RSS_UNIT_BYTES = 1024;

function jobOf(scenario: Scenario, options: VerifyOptions): ScenarioJob {
  const { seed, rules, known, targetLabels, charts, promtool } = options;
  return { scenario, seed, rules, known, targetLabels, charts, promtool };
}

/** Alerts that nothing showed firing: hopes, not alerts. */
function unproven(reports: readonly ScenarioReport[], known: KnownLabels): readonly string[] {
  const tried = new Set(reports.flatMap(({ alerts }) => alerts.map(({ alert }) => alert)));
  return Object.keys(known)
    .filter((alert) => !tried.has(alert))
    .map((alert) => `no scenario proves ${alert}`);
}
