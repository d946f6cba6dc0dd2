// The report of mutants as one JSON document, its keys always in the same order; `run` is all that differs between two
// runs with one seed.

import { runDocument } from "../json.ts";
import type { MutantResult, MutationReport } from "./mutation.ts";
import { allKilled, countsByKind, outcomeCounts } from "./results.ts";

/** The document, to be written by `JSON.stringify`. `ok` is that none was missed. */
export function mutationDocument(report: MutationReport): object {
  return {
    version: report.version,
    seed: report.seed,
    engine: report.engine,
    ok: allKilled(report),
    summary: { mutants: report.mutants.length, ...outcomeCounts(report.mutants) },
    by_kind: Object.fromEntries(countsByKind(report)),
    mutants: report.mutants.map(resultDocument),
    run: runDocument(report.run),
  };
}

function resultDocument({ mutant, scenarios, outcome, by }: MutantResult): object {
  const { kind, target, description } = mutant;
  const named = "alert" in target ? { alert: target.alert } : { metric: target.metric };
  return { mutant: { ...named, kind, description }, scenarios, outcome, by };
}
