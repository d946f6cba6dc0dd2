import { describe, expect, test } from "bun:test";
import { expectationsOf } from "../../../../sim/verify/promtool/expectations.ts";
import { ruleFileText, ruleTestText } from "../../../../sim/verify/promtool/rule-test.ts";
import { recorded, rules } from "./scene.ts";

const GROUPS = rules(`
groups:
  - name: targets
    rules:
      - alert: Down
        expr: up == 0
        for: 15s
        annotations: { summary: "{{ $labels.job }} is down" }
`);
const recording = recorded(['up{job="a"} 1 0 0 stale', "unread 1x9"], 3);
const [expectations] = expectationsOf(recording, GROUPS);

describe("a rule test", () => {
  test("gives the series that rules read and asks for alerts, expressions and what rules write", () => {
    if (!expectations) throw new Error("there are no expectations");
    const oneStep = {
      ...expectations,
      alerts: expectations.alerts.filter(({ atMs }) => atMs === recording.endMs),
      values: expectations.values.filter(({ atMs }) => atMs === recording.endMs),
    };
    expect(ruleTestText(oneStep, "rules.yaml", 5_000)).toBe(`rule_files: ["rules.yaml"]
evaluation_interval: 15000ms
group_eval_order: ["group 0"]
tests:
- interval: 5000ms
  start_timestamp: "2026-01-05T08:01:00.000Z"
  input_series:
  - series: "up{job=\\"a\\"}"
    values: "1 _x2 0 _x2 0 _x2 stale"
  alert_rule_test:
  - eval_time: 30000ms
    alertname: "Down"
    exp_alerts: [{"exp_labels":{"alertname":"Down","job":"a"},"exp_annotations":{"summary":"a is down"}}]
  promql_expr_test:
  - expr: "up == 0"
    eval_time: 30000ms
    exp_samples: [{labels: "up{job=\\"a\\"}", value: 0}]
  - expr: "ALERTS{alertname=\\"Down\\"}"
    eval_time: 30000ms
    exp_samples: [{labels: "ALERTS{alertname=\\"Down\\",alertstate=\\"firing\\",job=\\"a\\"}", value: 1}]
  - expr: "ALERTS_FOR_STATE{alertname=\\"Down\\"}"
    eval_time: 30000ms
    exp_samples: [{labels: "ALERTS_FOR_STATE{alertname=\\"Down\\",job=\\"a\\"}", value: 1767600075}]
`);
  });

  test("has every evaluation in it", () => {
    expect(
      expectations?.alerts.map(({ atMs, firing }) => [(atMs - recording.startMs) / 1000, firing.length]),
    ).toEqual([
      [0, 0],
      [15, 0],
      [30, 1],
    ]);
    expect(expectations?.values).toHaveLength(9);
  });

  test("writes numbers that JSON does not have as YAML has them", () => {
    if (!expectations) throw new Error("there are no expectations");
    const samples = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e21].map(
      (value) => ({
        labels: recording.store.named("unread")[0]?.labels as never,
        value,
      }),
    );
    const values = [{ expr: "unread", atMs: recording.startMs, samples }];
    const text = ruleTestText({ ...expectations, series: [], alerts: [], values }, "rules.yaml", 15_000);
    expect([...text.matchAll(/value: (\S+)\}/g)].map(([, value]) => value)).toEqual([
      ".nan",
      ".inf",
      "-.inf",
      "-0.0",
      "1e+21",
    ]);
    expect(text).toContain("input_series: []");
  });
});

test("groups of one interval share a test, and get what others record as series", () => {
  const groups = rules(`
groups:
  - name: fast
    rules:
      - { record: fast, expr: vector(1) }
      - { record: sum, expr: fast + slow }
  - name: slow
    interval: 30s
    rules: [{ record: slow, expr: fast + 1 }]
  - name: more
    rules: [{ record: more, expr: sum }]
`);
  const all = expectationsOf(recorded([], 5), groups);
  expect(all.map(({ intervalMs, groups: own }) => [intervalMs, own.map(({ name }) => name)])).toEqual([
    [15_000, ["fast", "more"]],
    [30_000, ["slow"]],
  ]);
  expect(all.map(({ series }) => series.map(({ labels }) => labels.name))).toEqual([
    ["slow"],
    ["fast", "sum", "more"],
  ]);
});

test("a rule that cannot be evaluated is left out: promtool would end there", () => {
  const groups = rules(`
groups:
  - name: a
    rules:
      - { record: bad, expr: up * on(job) up }
      - { record: good, expr: vector(1) }
`);
  const series = ['up{job="a",instance="1"} 1', 'up{job="a",instance="2"} 1'];
  const [found] = expectationsOf(recorded(series, 1), groups);
  expect(found?.groups[0]?.rules.map(({ text }) => text)).toEqual(["vector(1)"]);
});

test("a rule file keeps what decides about alerts", () => {
  const groups = rules(`
groups:
  - name: a
    limit: 3
    query_offset: 1m
    labels: { team: x }
    rules:
      - alert: A
        expr: up == 0
        for: 5m
        keep_firing_for: 10m
        labels: { severity: page }
        annotations: { summary: "{{ $value }}" }
      - { record: b, expr: up }
`);
  expect(JSON.parse(ruleFileText(groups))).toEqual({
    groups: [
      {
        name: "group 0",
        query_offset: "60000ms",
        limit: 3,
        rules: [
          {
            alert: "A",
            expr: "up == 0",
            for: "300000ms",
            keep_firing_for: "600000ms",
            labels: { team: "x", severity: "page" },
            annotations: { summary: "{{ $value }}" },
          },
          { record: "b", expr: "up", labels: { team: "x" } },
        ],
      },
    ],
  });
});
