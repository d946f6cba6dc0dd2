// The mutants of one scenario as a piece of work for a process of its own.

import { readRules, type ScenarioJob } from "../job.ts";
import { recordScenario } from "../record.ts";
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
  const trials = tryMutants({ scenario, recording, groups, known: new Map(Object.entries(known)) });
  return { trials, virtualSeconds: (recording.endMs - recording.startMs) / 1000 };
}
