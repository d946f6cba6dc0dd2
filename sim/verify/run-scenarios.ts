// Asks one question about each of several scenarios, in as many processes as there may be, and measures what that took.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Answers, Ask, Question } from "./answer.ts";
import type { RuleText } from "./job.ts";
import type { KnownLabels } from "./known-alerts.ts";
import { runPool } from "./pool.ts";
import type { RunReport, VerifyProgress } from "./report/report.ts";
import type { TargetLabels } from "./site/target-labels.ts";

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly rules: readonly RuleText[];
  /** All alerts of the rules, with labels that each must carry when it fires. */
  readonly known: KnownLabels;
  readonly seed: number;
  readonly targetLabels: TargetLabels;
  readonly charts: boolean;
  /** Path of the promtool that evaluates everything too, each difference a failure; `null` = none. */
  readonly promtool: string | null;
  readonly workers: number;
  readonly startWorker: () => ChildProcessWithoutNullStreams;
  readonly clock: Clock;
  readonly build: BuildInfo;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ScenarioAnswers<Q extends Question> {
  /** In the order of the scenarios. */
  readonly answers: readonly Answers[Q][];
  readonly run: RunReport;
}

/** `getrusage` counts in KiB on Linux. */
const RSS_UNIT_BYTES = 1024;

/**
 * @param isOk what an answer says of the scenario, for the progress
 * @throws DashstreamError `rules_invalid`, `scenario_invalid`, `config_invalid`, `aborted`
 */
export async function askScenarios<Q extends Question>(
  ask: Q,
  isOk: (answer: Answers[Q]) => boolean,
  options: RunOptions,
): Promise<ScenarioAnswers<Q>> {
  const { scenarios, clock, build, onProgress, signal, workers, startWorker } = options;
  const startedMs = clock.monotonicMs();
  const startedAt = new Date(clock.nowMs()).toISOString();
  const total = scenarios.length;
  let done = 0;
  const { results, maxRssBytes } = await runPool<Ask<Q>, Answers[Q]>({
    jobs: scenarios.map((scenario) => jobOf(ask, scenario, options)),
    workers,
    startWorker,
    nameOf: ({ scenario }) => `scenario ${scenario.name}`,
    onStart: ({ scenario }) => onProgress?.({ scenario: scenario.name, state: "started", done, total }),
    onResult: ({ scenario }, answer) => {
      done++;
      onProgress?.({ scenario: scenario.name, state: isOk(answer) ? "passed" : "failed", done, total });
    },
    ...(signal ? { signal } : {}),
  });
  return {
    answers: results,
    run: {
      real_seconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
      virtual_seconds: results.reduce((sum, { virtualSeconds }) => sum + virtualSeconds, 0),
      workers: Math.min(workers, total),
      max_rss_bytes: maxRssBytes + process.resourceUsage().maxRSS * RSS_UNIT_BYTES,
      runtime: build.runtime,
      platform: `${process.platform}-${process.arch}`,
      started_at: startedAt,
    },
  };
}

function jobOf<Q extends Question>(ask: Q, scenario: Scenario, options: RunOptions): Ask<Q> {
  const { seed, rules, known, targetLabels, charts, promtool } = options;
  return { ask, scenario, seed, rules, known, targetLabels, charts, promtool };
}
