// Mutants that no run can notice, because nothing observable is different; each with the proof.

import type { MutantKind } from "../report/mutation/mutation.ts";

interface Equivalent {
  readonly kind: MutantKind;
  /** Alert or metric. */
  readonly target: string;
  /** Part of the description; without it all mutants of this kind and target are meant. */
  readonly description?: string;
  readonly because: string;
}

const EQUIVALENTS: readonly Equivalent[] = [];

/** Why a mutant is equivalent; `null` = it is not known to be. */
export function whyEquivalent(kind: MutantKind, target: string, description: string): string | null {
  const found = EQUIVALENTS.find(
    (equivalent) =>
      equivalent.kind === kind &&
      equivalent.target === target &&
      description.includes(equivalent.description ?? ""),
  );
  return found?.because ?? null;
}
