// Broken rules: every kind, one difference each.

import { describe, expect, test } from "bun:test";
import { ruleMutants } from "../../../../sim/verify/mutants/rule-mutants.ts";
import { MUTANT_KINDS } from "../../../../sim/verify/report/mutation/mutation.ts";
import { evaluateRules } from "../../../../sim/verify/rule-history.ts";
import { ruleFile } from "../../../../src/alerts/rule-file.ts";
import type { AlertRule, RuleGroup } from "../../../../src/promql/rules/rule.ts";
import { recording, ruleText, series } from "../hand-made.ts";
import { rules } from "../promtool/scene.ts";

function alertRules(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return groups.flatMap((group) => group.rules).filter((rule) => rule.kind === "alert");
}

function mutantsOf(rule: string) {
  const [first] = alertRules(rules(ruleText(rule)));
  if (first === undefined) throw new Error("there is no rule");
  return { rule: first, mutants: ruleMutants(first) };
}

/** Paths at which two values differ, without positions and functions. */
function differences(a: unknown, b: unknown, path = ""): readonly string[] {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return a === b || typeof a === "function" ? [] : [path];
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) =>
    differences((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

describe("a rule", () => {
  const { mutants } = mutantsOf(
    `{ alert: A, expr: 'sum(rate(a_total{x="y"}[5m])) / sum(b) > 0.05', for: 2m, labels: { severity: high } }`,
  );

  test("has a mutant for every place where something can be broken", () => {
    expect(mutants.map(({ kind, description }) => [kind, description])).toEqual([
      ["threshold-tenfold", "> 0.05 became > 0.5"],
      ["comparison-flipped", "> became <"],
      ["metric-renamed", "a_total became a_total_renamed"],
      ["metric-renamed", "b became b_renamed"],
      ["label-changed", 'x="y" became x="another"'],
      ["window-below-scrape", "[300s] became [10s]"],
      ["label-changed", "label severity: high became another"],
      ["for-tenfold", "for: 120s became 1200s"],
    ]);
  });
});

test.each([
  [">", "<"],
  ["<", ">"],
  [">=", "<"],
  ["<=", ">"],
  ["==", "!="],
  ["!=", "=="],
])("%s is flipped to %s", (op, flipped) => {
  const { mutants } = mutantsOf(`{ alert: A, expr: 'a ${op} 3' }`);
  expect(mutants.find(({ kind }) => kind === "comparison-flipped")?.description).toBe(
    `${op} became ${flipped}`,
  );
});

test.each([
  ["a > 0.05", ["> 0.05 became > 0.5"]],
  ["5 < a", ["5 < became 50 <"]],
  ["a == bool 0", ["== 0 became == 10"]],
  ["-(2) < a < 2 * 60", ["< 120 became < 1200", "-2 < became -20 <"]],
  ["a > 1 and 3 >= b", ["> 1 became > 10", "3 >= became 30 >="]],
  ["vector(1 < bool 2)", ["1 < became 10 <", "< 2 became < 20"]],
  ["a > b", []],
])("the thresholds of %s are broken on either side, one at a time", (expr, expected) => {
  const { mutants } = mutantsOf(`{ alert: A, expr: '${expr}' }`);
  const found = mutants.filter(({ kind }) => kind === "threshold-tenfold");
  expect(found.map(({ description }) => description)).toEqual(expected);
});

test.each(["5 < a", "a > 5"])("%s with a broken threshold holds above ten times the number only", (expr) => {
  const groups = rules(ruleText(`{ alert: A, expr: '${expr}' }`));
  const [broken] = alertRules(groups).flatMap(ruleMutants);
  if (broken === undefined) throw new Error("there is no mutant");
  const firesAt = (value: number) => {
    const recorded = recording([series("a", { 5: value })]);
    const mutated = groups.map((group) => ({ ...group, rules: [broken.rule] }));
    return evaluateRules(recorded, mutated).transitions.map(({ to }) => to);
  };
  expect([broken.kind, firesAt(49), firesAt(51)]).toEqual(["threshold-tenfold", [], ["firing"]]);
});

test("a metric that a matcher names is renamed, too", () => {
  const { mutants } = mutantsOf(`{ alert: A, expr: '{__name__="a", x="y"} > 0' }`);
  expect(mutants.map(({ description }) => description)).toContain("a became a_renamed");
});

test("a threshold of 0 becomes 10, and no `for` becomes a long one, because ten times nothing is nothing", () => {
  const descriptions = mutantsOf("{ alert: A, expr: 'a > 0' }").mutants.map(({ description }) => description);
  expect(descriptions).toContain("> 0 became > 10");
  expect(descriptions).toContain("for: 0s became 600s");
});

describe("of our rules", () => {
  const ours = alertRules(rules(ruleFile()));

  test.each(ours)("each mutant of $alert differs from it in one thing", (rule) => {
    const mutants = ruleMutants(rule);
    for (const mutant of mutants) {
      const paths = differences(rule, mutant.rule).filter(
        (path) => !/^\.expr(\.\w+)*\.matchers\..*\.(value|op)$/.test(path),
      );
      const ofMatchers = differences(rule, mutant.rule).length - paths.length;
      // A renamed metric stands in the selector and in its matcher, and a matcher may lose its operator, too.
      expect(paths.length + Math.sign(ofMatchers)).toBe(mutant.kind === "metric-renamed" ? 2 : 1);
    }
    expect(mutants.length).toBeGreaterThan(0);
  });

  test("all kinds of mutants come up", () => {
    const kinds = new Set(ours.flatMap((rule) => ruleMutants(rule).map(({ kind }) => kind)));
    const ofSignals = ["not-incremented", "born-late"];
    const ofRules = Object.keys(MUTANT_KINDS).filter((kind) => !ofSignals.includes(kind));
    expect([...kinds].map(String).sort()).toEqual(ofRules.sort());
  });
});
