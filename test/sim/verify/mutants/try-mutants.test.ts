// Which broken rules and signals a scenario notices, on recordings made by hand.

import { describe, expect, test } from "bun:test";
import { defineScenario } from "../../../../sim/scenarios/scenario.ts";
import { mutantResults } from "../../../../sim/verify/mutants/mutation-report.ts";
import { type MutantTrial, tryMutants } from "../../../../sim/verify/mutants/try-mutants.ts";
import { recording, ruleText, series } from "../hand-made.ts";
import { rules } from "../promtool/scene.ts";

const SCENARIO = defineScenario({
  name: "made-up",
  summary: "Something breaks.",
  faults: [{ fault: "sequence-gap" }],
  hold: "5m",
  settle: "5m",
  expect: [{ alert: "Broken" }],
});
const OTHER = "{ alert: Other, expr: broken > 100 }";

/** @param value what the fault raises the series to */
function trials(value: number, ...ruleTexts: readonly string[]): readonly MutantTrial[] {
  return tryMutants({
    scenario: SCENARIO,
    recording: recording([series("broken", { 11: value, 31: 0 })]),
    groups: rules(ruleText(...ruleTexts)),
    known: new Map([["Broken", { severity: "high" }]]),
  });
}

const RULE = "{ alert: Broken, expr: broken > 1, for: 30s, labels: { severity: high, team: x } }";

describe("a mutant", () => {
  test("is noticed with the reason why the scenario would have failed, or is not", () => {
    const found = trials(5, RULE, OTHER).map(({ description, noticed }) => [description, noticed]);
    expect(Object.fromEntries(found)).toEqual({
      "> 1 became > 10": "it stayed inactive",
      "> became <": "Broken was active in the warm-up, when nothing was broken",
      "broken became broken_renamed": "it stayed inactive",
      "label severity: high became another": "its label severity is another, not high",
      // Nobody expects anything of this one.
      "label team: x became another": null,
      "for: 30s became 300s": "it became pending and did not fire",
      "a counter that is not incremented": "it stayed inactive",
    });
  });

  test("of a threshold that the fault overshoots tenfold is missed", () => {
    const [threshold] = trials(50, RULE).filter(({ kind }) => kind === "threshold-tenfold");
    expect(threshold).toMatchObject({ target: { alert: "Broken" }, scenario: "made-up", noticed: null });
  });

  test("is one of the alerts that the scenario proves as it is: a failing one would notice everything", () => {
    expect(trials(1, RULE)).toEqual([]);
    expect(trials(5, RULE, OTHER).every(({ id }) => /^(Broken|broken)\//.test(id))).toBe(true);
  });
});

describe("the result of a mutant", () => {
  const trial = (scenario: string, noticed: string | null): MutantTrial => ({
    id: "a",
    target: { alert: "A" },
    kind: "for-tenfold",
    description: "for: 1s became 10s",
    scenario,
    noticed,
  });

  test("is killed if a single scenario notices it, which is named", () => {
    expect(mutantResults([trial("first", null), trial("second", "it stayed inactive")])).toMatchObject([
      { scenarios: ["first", "second"], outcome: "killed", by: "second: it stayed inactive" },
    ]);
  });

  test("is missed if none does, and each mutant has one result, in the order of the first trials", () => {
    const other = { ...trial("first", "x"), id: "b", description: "other" };
    const results = mutantResults([trial("first", null), other, trial("second", null)]);
    expect(results.map(({ outcome, mutant }) => [mutant.description, outcome])).toEqual([
      ["for: 1s became 10s", "missed"],
      ["other", "killed"],
    ]);
  });
});
