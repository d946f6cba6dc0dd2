// What all scenarios together show of the rules' expressions.

import type { Expr } from "../../../src/promql/ast.ts";
import { splitComparison } from "../../../src/promql/expr-threshold.ts";
import { allOf } from "../../../src/promql/expr-tree.ts";
import type { Rule } from "../../../src/promql/rules/rule.ts";
import type { LabelMismatch } from "../report/coverage/coverage.ts";
import type { PartObservation, RuleObservation, ScenarioObservation } from "./observation.ts";
import { isNearer } from "./observe-parts.ts";

export interface Nearest {
  readonly nearest: number;
  readonly scenario: string;
}

interface Observed {
  readonly scenario: string;
  readonly observation: RuleObservation;
}

export class Evidence {
  readonly #observed: ReadonlyMap<Rule, readonly Observed[]>;
  readonly #parts = new Map<Expr, readonly (PartObservation & { readonly scenario: string })[]>();

  constructor(observations: readonly ScenarioObservation[], rules: readonly Rule[]) {
    this.#observed = new Map(
      rules.map((rule, index) => [
        rule,
        observations.flatMap(({ scenario, rules: observed }) => {
          const observation = observed[index];
          return observation === undefined ? [] : [{ scenario, observation }];
        }),
      ]),
    );
    for (const [rule, observed] of this.#observed) this.#collectParts(rule, observed);
  }

  /** In the order of the scenarios. */
  of(rule: Rule): readonly Observed[] {
    return this.#observed.get(rule) ?? [];
  }

  /** Whether a part of a rule's expression gave a value in some scenario, as far as anybody looked. */
  gave(part: Expr): boolean {
    return this.#seen(part).some(({ gave }) => gave);
  }

  /** Of a comparison with a number: the value that came nearest, and the first scenario that had it. */
  nearest(comparison: Expr): Nearest | null {
    const condition = splitComparison(comparison);
    if (condition === null) return null;
    let best: Nearest | null = null;
    for (const { nearest, scenario } of this.#seen(comparison)) {
      if (nearest === null) continue;
      if (best === null || isNearer(condition, nearest, best.nearest)) best = { nearest, scenario };
    }
    return best;
  }

  /** Labels of a selector that no series has in any scenario that has series of its metric. */
  mismatches(selector: Expr): readonly LabelMismatch[] {
    const looks = this.#seen(selector).map(({ mismatches }) => mismatches);
    const told = looks.filter((mismatches) => mismatches.length > 0);
    const labels = new Set(told.flatMap((mismatches) => mismatches.map(({ label }) => label)));
    return [...labels].map((label) => {
      const values = told.flat().filter((mismatch) => mismatch.label === label);
      return {
        label,
        values: [...new Set(values.flatMap((mismatch) => mismatch.values))].sort(),
        target_label: values.find((mismatch) => mismatch.target_label !== null)?.target_label ?? null,
      };
    });
  }

  #seen(part: Expr): readonly (PartObservation & { readonly scenario: string })[] {
    return this.#parts.get(part) ?? [];
  }

  #collectParts(rule: Rule, observed: readonly Observed[]): void {
    for (const [number, part] of [...allOf(rule.expr)].entries()) {
      const seen = observed.flatMap(({ scenario, observation }) =>
        observation.parts.filter((each) => each.part === number).map((each) => ({ ...each, scenario })),
      );
      this.#parts.set(part, seen);
    }
  }
}
