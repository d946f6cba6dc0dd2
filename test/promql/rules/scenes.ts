// Rules over series, one scene for each thing that rules do. They are run here and in promtool.

import type { RuleScene } from "./promtool-rig.ts";

const MINUTE = 60_000;

function scene(rules: string, series: readonly string[], evaluations: number): RuleScene {
  return { rules: `groups:\n- name: g\n  rules:\n${rules}`, series, intervalMs: MINUTE, evaluations };
}

export const SCENES: Readonly<Record<string, RuleScene>> = {
  "an alert without for fires at once": scene(
    `
  - alert: Down
    expr: up == 0`,
    ['up{job="a"} 1 0 0 1', 'up{job="b"} 1 1 0 0'],
    5,
  ),
  "for keeps an alert pending": scene(
    `
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }} is {{ $value }}"}`,
    ['up{job="a"} 1 0 0 0 0 1 0 1', 'up{job="b"} 0 0 1 0 0 0 0 0'],
    9,
  ),
  "a for that ends between evaluations fires at the next one": scene(
    `
  - alert: Down
    expr: up == 0
    for: 90s`,
    ["up 0 0 0 0"],
    4,
  ),
  "keep_firing_for goes on firing after the condition is gone": scene(
    `
  - alert: Down
    expr: up == 0
    for: 1m
    keep_firing_for: 2m`,
    ['up{job="a"} 0 0 1 1 1 1 0 0 1 0 1 1 1 1', 'up{job="b"} 0 1 1 0 0 1 0 1 1 1 1 1 1'],
    14,
  ),
  "keep_firing_for begins anew when the condition comes back": scene(
    `
  - alert: Down
    expr: up == 0
    keep_firing_for: 3m
    annotations: {value: "{{ $value }}"}`,
    ["up 0 1 1 0 1 1 1 1 1"],
    9,
  ),
  "series that end become stale after five minutes, or at once with a marker": scene(
    `
  - alert: Slow
    expr: latency > 5
    annotations: {value: "{{ $value }}"}`,
    ['latency{a="1"} 9 10 _ _ _ _ _ _ _', 'latency{a="2"} 9 10 stale _ 11 _ stale'],
    12,
  ),
  "the value of an alert follows the series": scene(
    `
  - alert: High
    expr: load > 1
    for: 1m
    annotations: {text: "load {{ $value | humanize }}"}`,
    ["load 1.5+0.25x6 0"],
    8,
  ),
  "recorded series are seen by the rules behind them, and end with their source": scene(
    `
  - record: job:requests:rate2m
    expr: sum by (job) (rate(requests_total[2m]))
    labels: {source: rule}
  - alert: Busy
    expr: job:requests:rate2m > 1
  - record: job:busy:count
    expr: count by (job) (ALERTS{alertname="Busy", alertstate="firing"})`,
    [
      'requests_total{job="a",i="1"} 0+120x4 _x6',
      'requests_total{job="a",i="2"} 0+30x4 stale',
      'requests_total{job="b"} 0+10x12',
    ],
    12,
  ),
  "a rule sees what a rule behind it wrote a round before": scene(
    `
  - record: sum
    expr: later or vector(0)
  - record: later
    expr: m * 2`,
    ["m 1 2 3 4"],
    4,
  ),
  "recorded numbers, NaN and infinities": scene(
    `
  - record: number
    expr: 5
  - record: nothing
    expr: m / 0
  - record: undefined_value
    expr: 0 * (m / 0)`,
    ["m 1 0 -1"],
    3,
  ),
  "rule labels replace those of the series and may be templates": scene(
    `
  - alert: Down
    expr: up == 0
    labels:
      job: "fixed"
      severity: '{{ if eq $labels.tier "1" }}page{{ else }}ticket{{ end }}'
      gone: ""
      empty: "{{ $labels.nothing }}"
      named: "{{ $labels.__name__ }}"
    annotations:
      job: "{{ $labels.job }}"
      empty: "{{ $labels.nothing }}"`,
    ['up{job="a",tier="1"} 0', 'up{job="b",tier="2",gone="x"} 0'],
    2,
  ),
  "an aggregation loses labels and name": scene(
    `
  - alert: Any
    expr: sum(up) < 2
    annotations: {labels: "{{ $labels }}", value: "{{ $value }}"}`,
    ['up{job="a"} 1 0', 'up{job="b"} 1 1'],
    2,
  ),
  "absent gives an alert with the labels of its selector": scene(
    `
  - alert: Gone
    expr: absent(up{job="a"})
    for: 1m`,
    ['up{job="a"} 1 stale _ _ _ 1'],
    8,
  ),
  "the states of alerts are series": scene(
    `
  - alert: Down
    expr: up == 0
    for: 1m
    labels: {severity: page}
  - record: pending
    expr: ALERTS{alertstate="pending"}
  - record: since
    expr: ALERTS_FOR_STATE`,
    ["up 1 0 0 0 1 0 1"],
    8,
  ),
  "a query offset looks back, and writes back there": {
    ...scene("", [], 6),
    rules: `
groups:
- name: g
  query_offset: 1m
  rules:
  - record: m:copy
    expr: m
  - alert: High
    expr: m > 2
    for: 1m
    annotations: {value: "{{ $value }}", now: "{{ now }}", queried: "{{ query \`m\` | first | value }}"}`,
    series: ["m 1 2 3 4 1 1"],
  },
  "groups with labels of their own": {
    ...scene("", [], 3),
    rules: `
groups:
- name: b
  labels: {team: x, severity: low}
  rules:
  - alert: Down
    expr: up == 0
    labels: {severity: high}
  - record: up:copy
    expr: up
- name: a
  rules:
  - alert: Copy
    expr: up:copy == 0`,
    series: ["up 0 0 1"],
  },
  "external labels and URL": {
    ...scene("", [], 1),
    rules: `
groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    annotations: {text: "{{ $externalLabels.cluster }} {{ .ExternalLabels.cluster }} {{ $externalURL }}/x"}`,
    series: ["up 0"],
    externalLabels: { cluster: "eu" },
    externalUrl: "https://prometheus.example",
  },
  "an unless and a vector match between series": scene(
    `
  - alert: Mismatch
    expr: wanted > on (a) group_left have unless on (a) paused
    for: 1m
    annotations: {text: "{{ $labels.a }}: {{ $value }}"}`,
    [
      'wanted{a="1",b="x"} 5 5 5 5',
      'wanted{a="2",b="y"} 5 5 5 5',
      'have{a="1"} 1 1 1 9',
      'have{a="2"} 1 1 1 1',
      'paused{a="2"} _ _ 1 stale',
    ],
    6,
  ),
};
