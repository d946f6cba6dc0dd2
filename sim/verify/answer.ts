// What a worker may be asked about a scenario, and its answer.

import { type CoverageAnswer, coverScenario } from "./coverage/coverage-job.ts";
import { runJob, type ScenarioJob, type ScenarioResult } from "./job.ts";
import { type MutantAnswer, tryMutantsOf } from "./mutants/mutant-job.ts";

/** Each kind of question with its answer. */
export interface Answers {
  /** Whether it proves what it expects. */
  readonly verdict: ScenarioResult;
  /** What users' rules make of it, and whether it proves what it expects of them. */
  readonly coverage: CoverageAnswer;
  /** Which broken rules and signals it would notice. */
  readonly mutants: MutantAnswer;
}

export type Question = keyof Answers;

export type Ask<Q extends Question = Question> = ScenarioJob & { readonly ask: Q };

/** @throws DashstreamError `scenario_invalid`, `rules_invalid` or `config_invalid` */
export function answerJob(job: Ask): Promise<Answers[Question]> {
  switch (job.ask) {
    case "verdict":
      return runJob(job);
    case "coverage":
      return coverScenario(job);
    case "mutants":
      return tryMutantsOf(job);
  }
}
