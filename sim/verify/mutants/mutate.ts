// The verification of the verification: rules and signals are broken one at a time, and the scenarios must notice. What
// they let pass is a hole in them.

import type { MutationReport } from "../report/mutation/mutation.ts";
import { askScenarios, type RunOptions } from "../run-scenarios.ts";
import { mutantResults } from "./mutation-report.ts";

/** @throws DashstreamError `rules_invalid`, `scenario_invalid`, `config_invalid`, `aborted` */
export async function mutate(options: RunOptions): Promise<MutationReport> {
  const { answers, run } = await askScenarios("mutants", () => true, options);
  return {
    version: options.build.version,
    seed: options.seed,
    engine: "dashstream",
    mutants: mutantResults(answers.flatMap(({ trials }) => trials)),
    run,
  };
}
