// Coverage of users' rules: every scenario run, and what the rules make of each. Where users bring scenarios too, what
// those expect of the rules is judged as in any verification.

import { nearestOrListed } from "../../../src/config/nearest.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { readRules } from "../job.ts";
import type { KnownLabels } from "../known-alerts.ts";
import type { CoverageReport } from "../report/coverage/coverage.ts";
import type { VerifyReport } from "../report/report.ts";
import { askScenarios, type RunOptions } from "../run-scenarios.ts";
import { verdictOf } from "../verify.ts";
import { coverageOf } from "./coverage-report.ts";

export interface CoverOptions extends RunOptions {
  /** Alerts of the rules; empty = all. */
  readonly only: readonly string[];
  /** Whether the scenarios expect something of these rules. */
  readonly judged: boolean;
}

export interface Cover {
  readonly coverage: CoverageReport;
  /** `null` if nothing is expected. */
  readonly verdict: VerifyReport | null;
}

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.4;

/** @throws DashstreamError `usage` for a name that is no alert of the rules */
export function checkOnly(only: readonly string[], known: KnownLabels): void {
  for (const alert of only) {
    if (Object.hasOwn(known, alert)) continue;
    const hint = nearestOrListed(alert, Object.keys(known), WRONG_SHARE);
    throw new DashstreamError("usage", `--only: the rules have no alert ${JSON.stringify(alert)}${hint}`);
  }
}

/**
 * Runs all scenarios.
 * @throws DashstreamError `rules_invalid`, `scenario_invalid`, `config_invalid`, `aborted`
 */
export async function cover(options: CoverOptions): Promise<Cover> {
  const { rules: texts, only, judged, build, seed, promtool, targetLabels } = options;
  const rules = readRules(texts).flatMap((group) => group.rules);
  const { answers, run } = await askScenarios(
    "coverage",
    ({ report, observation }) => observation.findings.length === 0 && (!judged || report.ok),
    options,
  );
  const reports = answers.map(({ report }) => report);
  return {
    coverage: {
      version: build.version,
      seed,
      engine: promtool === null ? "dashstream" : "promtool",
      files: texts.map(({ file }) => file),
      ...coverageOf(
        answers.map(({ observation }) => observation),
        rules,
        only,
        targetLabels,
      ),
      run,
    },
    verdict: judged ? verdictOf(reports, [], run, options) : null,
  };
}
