// The states of alerts step by step, what is written into the store, and what happens when something fails.

import { describe, expect, test } from "bun:test";
import { createEngine } from "../../../src/promql/engine.ts";
import { Labels } from "../../../src/promql/labels.ts";
import { GroupEvaluator } from "../../../src/promql/rules/group-evaluator.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import type { AlertTransition, RuleGroup } from "../../../src/promql/rules/rule.ts";
import { SeriesStore } from "../../../src/promql/series-store.ts";
import { type RuleScene, runScene } from "./promtool-rig.ts";

const MINUTE = 60_000;

function scene(rules: string, series: readonly string[], evaluations: number, options = ""): RuleScene {
  return {
    rules: `groups:\n- name: g\n${options}  rules:\n${rules}`,
    series,
    intervalMs: MINUTE,
    evaluations,
  };
}

function step({ atMs, rule, labels, from, to }: AlertTransition): string {
  const { alertname: _, ...others } = labels;
  const suffix = Object.values(others).join(",");
  return `${atMs / MINUTE}m ${rule.alert}${suffix === "" ? "" : `(${suffix})`} ${from} > ${to}`;
}

function steps(given: RuleScene): readonly string[] {
  return runScene(given).transitions.map(step);
}

function samples(store: SeriesStore, name: string): Record<string, unknown> {
  return Object.fromEntries(
    [...store.all()]
      .filter(({ labels }) => labels.name === name)
      .map(({ labels, timestampsMs, values }) => [
        String(labels),
        timestampsMs.map((atMs, index) => `${atMs / MINUTE}m ${values[index] ?? "stale"}`).join(", "),
      ]),
  );
}

describe("steps of alerts", () => {
  test("without for an alert fires in one step, and is resolved when the condition is gone", () => {
    expect(steps(scene("  - {alert: A, expr: up == 0}\n", ["up 1 0 0 1 0"], 5))).toEqual([
      "1m A inactive > firing",
      "3m A firing > inactive",
      "4m A inactive > firing",
    ]);
  });

  test("with for it is pending first; a pause begins anew", () => {
    expect(steps(scene("  - {alert: A, expr: up == 0, for: 2m}\n", ["up 0 0 1 0 0 0 1"], 7))).toEqual([
      "0m A inactive > pending",
      "2m A pending > inactive",
      "3m A inactive > pending",
      "5m A pending > firing",
      "6m A firing > inactive",
    ]);
  });

  test("keep_firing_for delays the end of what fires, not of what is pending", () => {
    const rule = "  - {alert: A, expr: up == 0, for: 1m, keep_firing_for: 2m}\n";
    expect(steps(scene(rule, ["up 0 1 0 0 1 1 1 1"], 8))).toEqual([
      "0m A inactive > pending",
      "1m A pending > inactive",
      "2m A inactive > pending",
      "3m A pending > firing",
      "6m A firing > inactive",
    ]);
  });

  test("at one time they come in the order of rules and of labels", () => {
    const rules = "  - {alert: B, expr: up == 0}\n  - {alert: A, expr: up == 0}\n";
    expect(steps(scene(rules, ['up{j="z"} 0', 'up{j="a"} 0', 'up{j="m"} 0'], 1))).toEqual([
      "0m B(a) inactive > firing",
      "0m B(m) inactive > firing",
      "0m B(z) inactive > firing",
      "0m A(a) inactive > firing",
      "0m A(m) inactive > firing",
      "0m A(z) inactive > firing",
    ]);
  });

  test("a step holds labels, annotations and the value of its time; an end those of the last time", () => {
    const rule = `  - {alert: A, expr: up < 5, labels: {severity: page}, annotations: {s: "{{ $labels.j }} {{ $value }}"}}\n`;
    const { transitions } = runScene(scene(rule, ['up{j="x"} 1 2 9'], 3));
    const labels = { alertname: "A", j: "x", severity: "page" };
    expect(transitions.map(({ labels, annotations, value }) => ({ labels, annotations, value }))).toEqual([
      { labels, annotations: { s: "x 1" }, value: 1 },
      { labels, annotations: { s: "x 2" }, value: 2 },
    ]);
  });

  test("what is active is listed, with since when", () => {
    const rule = "  - {alert: A, expr: up == 0, for: 1m}\n";
    const { evaluators } = runScene(
      scene(rule, ['up{j="x"} 0 0 0', 'up{j="y"} 1 1 0', 'up{j="z"} 0 0 1'], 3),
    );
    expect(evaluators[0]?.active()).toMatchObject([
      { state: "firing", labels: { j: "x" }, activeAtMs: 0, firedAtMs: MINUTE },
      { state: "pending", labels: { j: "y" }, activeAtMs: 2 * MINUTE, firedAtMs: null },
    ]);
  });
});

describe("series that rules write", () => {
  test("end when they are gone", () => {
    const rules = '  - {record: "r", expr: up > 1, labels: {a: b}}\n  - {alert: A, expr: up > 1, for: 1m}\n';
    const { store } = runScene(scene(rules, ["up 2 2 1 3"], 4));
    expect(samples(store, "r")).toEqual({ 'r{a="b"}': "0m 2, 1m 2, 2m stale, 3m 3" });
    expect(samples(store, "ALERTS")).toEqual({
      'ALERTS{alertname="A", alertstate="pending"}': "0m 1, 1m stale, 3m 1",
      'ALERTS{alertname="A", alertstate="firing"}': "1m 1, 2m stale",
    });
    expect(samples(store, "ALERTS_FOR_STATE")).toEqual({
      'ALERTS_FOR_STATE{alertname="A"}': "0m 0, 1m 0, 2m stale, 3m 180",
    });
  });

  test("are written at the time of the query", () => {
    const { store } = runScene(scene("  - {record: r, expr: up}\n", ["up 1 2 3"], 3, "  query_offset: 1m\n"));
    expect(samples(store, "r")).toEqual({ r: "0m 1, 1m 2" });
  });

  test("that another rule wrote at that time are refused, as a TSDB does", () => {
    const rules = "  - {record: r, expr: up}\n  - {record: r, expr: up * 2, labels: {}}\n";
    // Two files, because one with both is refused.
    const store = new SeriesStore();
    store.append(Labels.of({ __name__: "up" }), 0, 5);
    const group = twice(rules);
    const evaluator = new GroupEvaluator({
      group,
      store,
      engine: createEngine({ source: store }),
      defaultIntervalMs: 1,
    });
    evaluator.evaluate(0);
    expect(samples(store, "r")).toEqual({ r: "0m 5" });
    expect(evaluator.problems()).toMatchObject([
      { kind: "storage", reason: "duplicate sample for timestamp: r", count: 1 },
    ]);
  });
});

function twice(rules: string): RuleGroup {
  const [first, second] = rules
    .trimEnd()
    .split("\n")
    .map((rule) => readRuleFile(`groups:\n- name: g\n  rules:\n${rule}\n`, "f")[0]);
  if (!first || !second) throw new Error("two rules are needed");
  return { ...first, rules: [...first.rules, ...second.rules] };
}

describe("what fails", () => {
  const failing = "  - {alert: A, expr: (up == 0) + on () group_left () other}\n";

  test("leaves alerts as they are, and is told with how often", () => {
    const { transitions, evaluators, store } = runScene(
      scene(failing, ["up 0 0 0 0", 'other{x="1"} 1 1 1 1', 'other{x="2"} _ 1 1 stale'], 5),
    );
    expect(transitions.map(step)).toEqual(["0m A inactive > firing"]);
    expect(samples(store, "ALERTS")).toEqual({
      'ALERTS{alertname="A", alertstate="firing"}': "0m 1, 3m 1, 4m 1",
    });
    expect(evaluators[0]?.problems()).toMatchObject([
      {
        kind: "evaluation",
        firstAtMs: MINUTE,
        lastAtMs: 2 * MINUTE,
        count: 2,
        rule: { position: { line: 4 } },
      },
    ]);
  });

  test.each([
    [
      "{alert: A, expr: up, labels: {j: x}}",
      "vector contains metrics with the same labelset after applying alert labels",
    ],
    [
      "{record: r, expr: up, labels: {j: x}}",
      "vector contains metrics with the same labelset after applying rule labels",
    ],
    ["{alert: A, expr: 'up[5m]'}", "rule result is not a vector or scalar"],
    ["{record: r, expr: '\"text\"'}", "rule result is not a vector or scalar"],
  ])("%s", (rule, reason) => {
    const { evaluators, store } = runScene(scene(`  - ${rule}\n`, ['up{j="a"} 0', 'up{j="b"} 0'], 1));
    expect(evaluators[0]?.problems()).toMatchObject([{ kind: "evaluation", reason }]);
    expect(store.size).toBe(2);
  });

  test("a template that fails says so in its place, and is told", () => {
    const rule = '  - {alert: A, expr: up == 0, annotations: {s: "{{ first (query `no`) }}", t: ok}}\n';
    const { transitions, evaluators } = runScene(scene(rule, ["up 0 0"], 2));
    const reason =
      'template: __alert_A:1:115: executing "__alert_A" at <first (query `no`)>: error calling first: first() called on vector with no elements';
    expect(transitions[0]?.annotations).toEqual({
      s: `<error expanding template: error executing template __alert_A: ${reason}>`,
      t: "ok",
    });
    expect(evaluators[0]?.problems()).toMatchObject([
      { kind: "template", reason: `annotation s: ${reason}`, count: 2, firstAtMs: 0, lastAtMs: MINUTE },
    ]);
  });
});

describe("limits", () => {
  test("too many alerts are all forgotten", () => {
    const rule = "  - {alert: A, expr: up == 0}\n";
    const given = scene(rule, ['up{j="a"} 0 0 0', 'up{j="b"} 1 0 1'], 3, "  limit: 1\n");
    const { transitions, evaluators } = runScene(given);
    expect(transitions.map(step)).toEqual([
      "0m A(a) inactive > firing",
      "1m A(a) firing > inactive",
      "2m A(a) inactive > firing",
    ]);
    expect(evaluators[0]?.problems()).toMatchObject([
      { kind: "evaluation", reason: "exceeded limit of 1 with 2 alerts", count: 1 },
    ]);
  });

  test("too many series are not recorded", () => {
    const given = scene("  - {record: r, expr: up}\n", ['up{j="a"} 0', 'up{j="b"} 1'], 1, "  limit: 1\n");
    const { evaluators, store } = runScene(given);
    expect(samples(store, "r")).toEqual({});
    expect(evaluators[0]?.problems()).toMatchObject([{ reason: "exceeded limit of 1 with 2 series" }]);
  });

  test("below 0 there is none", () => {
    const given = scene(
      "  - {alert: A, expr: up == 0}\n",
      ['up{j="a"} 0', 'up{j="b"} 0'],
      1,
      "  limit: -1\n",
    );
    expect(runScene(given).transitions).toHaveLength(2);
  });
});

test("the interval is the group's, else the one given", () => {
  const intervals = ["  interval: 15s\n", ""].map(
    (options) => runScene(scene("  - {record: r, expr: 1}\n", [], 1, options)).evaluators[0]?.intervalMs,
  );
  expect(intervals).toEqual([15_000, MINUTE]);
});
