// What all reports of mutants say in the same words.

import { counted, spanText } from "../results.ts";
import {
  MUTANT_KINDS,
  type Mutant,
  type MutantKind,
  type MutantResult,
  type MutationReport,
} from "./mutation.ts";

export interface OutcomeCounts {
  readonly killed: number;
  readonly missed: number;
}

export function outcomeCounts(results: readonly MutantResult[]): OutcomeCounts {
  const count = (wanted: MutantResult["outcome"]) =>
    results.filter(({ outcome }) => outcome === wanted).length;
  return { killed: count("killed"), missed: count("missed") };
}

/** Kinds that occur, in the order of their table. */
export function countsByKind({ mutants }: MutationReport): readonly (readonly [MutantKind, OutcomeCounts])[] {
  return (Object.keys(MUTANT_KINDS) as MutantKind[]).flatMap((kind) => {
    const ofKind = mutants.filter(({ mutant }) => mutant.kind === kind);
    return ofKind.length === 0 ? [] : [[kind, outcomeCounts(ofKind)] as const];
  });
}

/** Whether a normal run would have noticed every mutant. */
export function allKilled({ mutants }: MutationReport): boolean {
  return outcomeCounts(mutants).missed === 0;
}

function targetName({ target }: Mutant): string {
  return "alert" in target ? target.alert : target.metric;
}

/** One sentence for a mutant and what became of it. */
function mutantText({ mutant, scenarios, by }: MutantResult): string {
  const where = scenarios.length === 0 ? "in no scenario" : `in ${scenarios.join(", ")}`;
  return `${targetName(mutant)}, ${mutant.kind}: ${mutant.description}, ${where}: ${by}`;
}

/** Those that a normal run would not have noticed, a sentence each. */
export function missedTexts({ mutants }: MutationReport): readonly string[] {
  return mutants.filter(({ outcome }) => outcome === "missed").map(mutantText);
}

/** `410 of 412 mutants killed, 2 missed`. */
export function mutationTally({ mutants }: MutationReport): string {
  const { killed, missed } = outcomeCounts(mutants);
  return `${killed} of ${counted(mutants.length, "mutant")} killed, ${missed} missed`;
}

export function mutationSentence(report: MutationReport): string {
  const { virtual_seconds, real_seconds } = report.run;
  return `${mutationTally(report)}, ${spanText(virtual_seconds)} virtual in ${spanText(real_seconds)}`;
}

export const KIND_HEADINGS = ["kind", "killed", "missed", "what is done"] as const;

/** Rows under {@link KIND_HEADINGS}. */
export function kindRows(report: MutationReport): readonly (readonly [string, number, number, string])[] {
  return countsByKind(report).map(([kind, { killed, missed }]) => [kind, killed, missed, MUTANT_KINDS[kind]]);
}
