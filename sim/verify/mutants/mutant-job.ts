// The mutants of one scenario as a piece of work for a process of its own.

import { readRules, type ScenarioJob } from "../job.ts";
import { knownAlerts } from "../known-alerts.ts";
import { recordScenario } from "../record.ts";
import { virtualSecondsOf } from "../recording.ts";
import { type MutantTrial, tryMutants } from "./try-mutants.ts";

export interface MutantAnswer {
  readonly trials: readonly MutantTrial[];
  readonly virtualSeconds: number;
}

/** @throws DashstreamError `scenario_invalid`, `rules_invalid` or `config_invalid` */
export async function tryMutantsOf({
  scenario,
  seed,
  targetLabels,
  rules,
  known,
}: ScenarioJob): Promise<MutantAnswer> {
  const groups = readRules(rules);
  const recording = await recordScenario({ scenario, seed, targetLabels });
  const trials = tryMutants({ scenario, recording, groups, known: knownAlerts(known) });
  return { trials, virtualSeconds: virtualSecondsOf(recording) };
}
