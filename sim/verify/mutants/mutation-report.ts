// What became of every mutant over all scenarios: one that a single scenario notices is killed.

import type { MutantResult } from "../report/mutation/mutation.ts";
import type { MutantTrial } from "./try-mutants.ts";

/** In the order in which mutants were first tried. */
export function mutantResults(trials: readonly MutantTrial[]): readonly MutantResult[] {
  const byId = Map.groupBy(trials, ({ id }) => id);
  return [...byId.values()].flatMap((ofOne) => {
    const [first] = ofOne;
    return first === undefined ? [] : [resultOf(first, ofOne)];
  });
}

function resultOf(first: MutantTrial, trials: readonly MutantTrial[]): MutantResult {
  const { kind, target, description } = first;
  const mutant = { kind, target, description };
  const scenarios = trials.map(({ scenario }) => scenario);
  const killer = trials.find(({ noticed }) => noticed !== null);
  if (killer) {
    return { mutant, scenarios, outcome: "killed", by: `${killer.scenario}: ${killer.noticed}` };
  }
  return { mutant, scenarios, outcome: "missed", by: "every scenario passed as before" };
}
