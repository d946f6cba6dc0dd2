// The report of a scenario that should have been played and was not: nothing of it is proven, and it says why.

import type { Scenario } from "../scenarios/scenario.ts";
import { unprovenAlert } from "../verify/judge.ts";
import type { KnownAlerts } from "../verify/known-alerts.ts";
import type { ScenarioReport } from "../verify/report/report.ts";
import type { LiveReport } from "./drill-scenario.ts";

/** Whether it is a report of a scenario that was not played. */
export function isUnplayed({ end_s }: ScenarioReport): boolean {
  return end_s === 0;
}

/** @param finding why it was not played, in a sentence */
export function unplayedReport(scenario: Scenario, finding: string, known: KnownAlerts): LiveReport {
  const reason = "the scenario was not played";
  return {
    report: {
      scenario: scenario.name,
      summary: scenario.summary,
      ok: false,
      warm_up_s: 0,
      cleared_at_s: 0,
      end_s: 0,
      faults: [],
      alerts: scenario.expect.map((expectation) => unprovenAlert(expectation, scenario, { known, reason })),
      others: [],
      findings: [finding],
      charts: [],
    },
    told: [],
  };
}
