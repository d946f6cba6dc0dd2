// Broken rules: every kind, one difference each.

import { describe, expect, test } from "bun:test";
import { ruleMutants } from "../../../../sim/verify/mutants/rule-mutants.ts";
import { MUTANT_KINDS } from "../../../../sim/verify/report/mutation/mutation.ts";
import { ruleFile } from "../../../../src/alerts/rule-file.ts";
import type { AlertRule, RuleGroup } from "../../../../src/promql/rules/rule.ts";
import { ruleText } from "../hand-made.ts";
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
