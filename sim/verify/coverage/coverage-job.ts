// What users' rules make of one scenario, as a piece of work for a process of its own.

import { reportOf, runScenario, type ScenarioJob, type ScenarioResult } from "../job.ts";
import type { ScenarioObservation } from "./observation.ts";
import { observe } from "./observe.ts";

export interface CoverageAnswer extends ScenarioResult {
  readonly observation: ScenarioObservation;
}

/** @throws DashstreamError `scenario_invalid`, `rules_invalid` or `config_invalid` */
export async function coverScenario(job: ScenarioJob): Promise<CoverageAnswer> {
  const run = await runScenario(job);
  const { recording, history, groups, virtualSeconds } = run;
  return {
    report: reportOf(job, run),
    observation: observe(job.scenario, recording, history, groups),
    virtualSeconds,
  };
}
