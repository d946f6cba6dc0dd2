// What charts show of alerts.

import { expect, test } from "bun:test";
import { defineScenario } from "../../../sim/scenarios/scenario.ts";
import { chartsOf } from "../../../sim/verify/charts.ts";
import { evaluateRules } from "../../../sim/verify/rule-history.ts";
import { recording, ruleText, series } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

const SCENARIO = defineScenario({
  name: "made-up",
  summary: "s",
  faults: [{ fault: "sequence-gap" }],
  hold: "5m",
  expect: [{ alert: "A" }],
});

function charts(texts: readonly string[], ...ruleTexts: readonly string[]) {
  const recorded = recording(texts);
  const groups = rules(ruleText(...ruleTexts));
  return chartsOf(SCENARIO, recorded, evaluateRules(recorded, groups), groups);
}

test("a chart shows what is compared, with what, and the states that came of it", () => {
  const [chart, ...others] = charts(
    [series('a{x="1"}', { 0: "_", 2: 1, 5: 8, 9: "stale" })],
    '{ alert: A, expr: "sum by (x) (a) > 5", for: 30s }',
  );
  expect(others).toEqual([]);
  expect(chart).toMatchObject({ alert: "A", expr: "sum by (x) (a)", threshold: 5 });
  expect(chart?.times_s.slice(0, 3)).toEqual([0, 15, 30]);
  expect(chart?.times_s.at(-1)).toBe(750);
  expect(chart?.series[0]?.name).toBe('{x="1"}');
  expect(chart?.series[0]?.values.slice(0, 10)).toEqual([null, null, 1, 1, 1, 8, 8, 8, 8, null]);
  expect(chart?.series[0]?.values).toHaveLength(51);
  expect(chart?.states).toEqual([
    { state: "pending", from_s: 75, until_s: 105 },
    { state: "firing", from_s: 105, until_s: 135 },
  ]);
});

test("an expression that compares with no number is shown whole", () => {
  const [chart] = charts([series("a", { 3: 1 }), series("b")], '{ alert: A, expr: "a > b" }');
  expect(chart).toMatchObject({ expr: "a > b", threshold: null });
});

test("only alerts that the scenario expects have charts, one for each of their rules", () => {
  const shown = charts(
    [series("a", { 3: 1 }), series("b", { 7: 1 })],
    "{ alert: A, expr: a > 0, labels: { of: a } }",
    "{ alert: B, expr: a > 0 }",
    "{ record: 'x:y', expr: a > 0 }",
    "{ alert: A, expr: b > 0, labels: { of: b } }",
  );
  expect(shown.map(({ expr, states }) => [expr, states[0]?.from_s])).toEqual([
    ["a", 45],
    ["b", 105],
  ]);
});

test("values that cannot be drawn are gaps, and of many series only some are drawn", () => {
  const [gaps] = charts([series("a", { 3: 1 })], '{ alert: A, expr: "a / a > 0" }');
  expect(gaps?.series[0]?.values.slice(0, 5)).toEqual([null, null, null, 1, 1]);
  const many = Array.from({ length: 9 }, (_, index) => series(`a{x="${index}"}`, { 3: 1 }));
  expect(charts(many, '{ alert: A, expr: "a > 0" }')[0]?.series).toHaveLength(8);
});
