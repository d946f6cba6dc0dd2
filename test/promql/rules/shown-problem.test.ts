import { expect, test } from "bun:test";
import { createEngine } from "../../../src/promql/engine.ts";
import { GroupEvaluator } from "../../../src/promql/rules/group-evaluator.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import { shownProblem } from "../../../src/promql/rules/shown-problem.ts";
import { SeriesStore } from "../../../src/promql/series-store.ts";

/** `line:column: reason` of the one problem of a rule with this annotation or label. */
function shown(yaml: string): string {
  const text = `groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: vector(1)\n${yaml}`;
  const [group] = readRuleFile(text, "f.yml");
  if (group === undefined) throw new Error("the file has a group");
  const store = new SeriesStore();
  const engine = createEngine({ source: store });
  const evaluator = new GroupEvaluator({ group, store, engine, defaultIntervalMs: 15_000 });
  evaluator.evaluate(0);
  const [problem] = evaluator.problems();
  if (problem === undefined) throw new Error("nothing went wrong");
  const { position, reason } = shownProblem(problem);
  return `${position.line}:${position.column}: ${reason}`;
}

test("a template that fails is shown where it stands, whatever is put before it and around it", () => {
  expect(shown("        annotations:\n          s: 'ü {{ first (query `no`) }}'\n")).toBe(
    "7:20: annotation s: <first (query `no`)>: error calling first: first() called on vector with no elements",
  );
  expect(
    shown("        annotations:\n          s: |\n            one\n            {{ index $labels 3 }}\n"),
  ).toBe(
    "9:16: annotation s: <index $labels 3>: error calling index: value is a whole number; should be a text",
  );
  expect(shown("        labels:\n          team: '{{ .Nope }}'\n")).toBe(
    "7:21: label team: <.Nope>: can't evaluate field Nope",
  );
});

test("what is no failure of a template is shown as it is, at its rule", () => {
  const [group] = readRuleFile(
    "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: vector(1)\n",
    "f.yml",
  );
  const [rule] = group?.rules ?? [];
  if (rule === undefined) throw new Error("the group has a rule");
  const problem = { rule, kind: "evaluation", reason: "many-to-many: string" } as const;
  expect(shownProblem(problem)).toEqual({ position: rule.position, reason: "many-to-many: string" });
});
