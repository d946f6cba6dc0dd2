// Rule files, good and bad, with what is said of them.

const head = (group = "") => `groups:\n- name: g\n${group}  rules:\n`;

/** One group with these rules. */
export function group(rules: string, options = ""): string {
  return head(options) + rules;
}

const record = "  - record: a\n    expr: 1\n";
const alert = "  - alert: A\n    expr: up == 0\n";

/** Prometheus takes them too. */
export const GOOD_FILES: Readonly<Record<string, string>> = {
  "nothing at all": "",
  "an empty document": "---\n",
  "no groups": "groups: []",
  "groups that are null": "groups:",
  "a group without rules": "groups:\n- name: a\n",
  "rules that are null": "groups:\n- name: a\n  rules:\n",
  "an end of the document": "groups: []\n...\n",
  "an interval of 0": group(record, "  interval: 0s\n"),
  "a query offset, a limit and labels": group(alert, "  query_offset: 1m\n  limit: 5\n  labels: {a: b}\n"),
  "a negative limit": group(record, "  limit: -1\n"),
  "for 0 in a recording rule": group(`${record}    for: 0s\n    keep_firing_for: 0\n    annotations: {}\n`),
  "a name of a record that is no word": group("  - record: 1-b ä\n    expr: 1\n"),
  "names of labels that are no words": group(
    `${alert}    labels: {a-b: x, "ü x": y}\n    annotations: {a.b: c}\n`,
  ),
  "numbers, booleans and null as labels": group(`${alert}    labels: {a: 5, b: yes, c: null, d: 1.50}\n`),
  "a for that is null": group(`${alert}    for:\n`),
  "a long for": group(`${alert}    for: 1w1d12h30m15s10ms\n    keep_firing_for: 1y\n`),
  "a number as an expression": group("  - alert: 5\n    expr: 5\n"),
  "an expression that fails only when evaluated": group("  - alert: A\n    expr: up[5m]\n"),
  "an alias": group("  - alert: A\n    expr: &e up == 0\n  - alert: B\n    expr: *e\n"),
  "a merge": group("  - &r\n    alert: A\n    expr: 1\n    for: 5m\n  - <<: *r\n    alert: B\n"),
  "the same alert with other labels": group(`${alert}    labels: {a: b}\n${alert}    labels: {a: c}\n`),
};

/** Prometheus refuses them too. */
export const BAD_FILES: readonly (readonly [name: string, text: string, ...problems: readonly string[]])[] = [
  ["a list", "- a\n", "1:1: rule file: must be a map with groups, not a list"],
  ["a text", "hello", "1:1: rule file: must be a map with groups, not a text"],
  [
    "a list that does not end",
    "groups: [",
    "1:10: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["a key twice", "groups: []\ngroups: []", "2:1: not valid YAML: Map keys must be unique"],
  ["an unknown key", "groups: []\nfoo: 1", '2:1: rule file: unknown field "foo"; known are groups'],
  ["groups as a text", "groups: abc", "1:9: rule file: groups must be a list, not a text"],
  ["a group as a text", "groups:\n- abc", "2:3: a group must be a map with name and rules, not a text"],
  ["a group without name", "groups:\n- rules: []", '2:3: group "": name must be set'],
  ["the name of a group twice", "groups:\n- name: a\n- name: a\n", '3:3: the group name "a" is used twice'],
  [
    "a bad interval",
    group(record, "  interval: 5\n"),
    '3:13: group "g": interval: not a valid duration string: "5"; expected for example 30s, 5m, 1h30m or 1d',
  ],
  [
    "an empty interval",
    group(record, '  interval: ""\n'),
    '3:13: group "g": interval: empty duration string; expected for example 30s, 5m, 1h30m or 1d',
  ],
  ["a bad limit", group(record, "  limit: x\n"), '3:10: group "g": limit must be a whole number, not "x"'],
  [
    "a bad label of a group",
    group(alert, "  labels: {__name__: b}\n"),
    '3:22: group "g": "__name__" cannot be the name of a label',
  ],
  ["a rule as a text", group("  - abc\n"), "4:5: a rule must be a map with alert or record, not a text"],
  [
    "both names",
    group("  - record: a\n    alert: B\n    expr: 1\n"),
    '4:5: alert "B": only one of record and alert must be set',
  ],
  ["no name", group("  - expr: 1\n"), "4:5: rule: one of record and alert must be set"],
  ["no expression", group("  - alert: A\n"), '4:5: alert "A": expr must be set'],
  ["an empty expression", group("  - alert: A\n    expr: ''\n"), '5:11: alert "A": expr must be set'],
  [
    "a list as an expression",
    group("  - alert: A\n    expr: [5]\n"),
    '5:11: alert "A": expr must be a text, not a list',
  ],
  [
    "a mistake in an expression of several lines",
    group("  - alert: A\n    expr: |\n      sum(up\n        ) by (job) (x\n"),
    '7:20: alert "A": could not parse expression: parse error: unexpected "("',
  ],
  [
    "a mistake in a folded expression",
    group("  - alert: A\n    expr: >-\n\n      up\n        == 0\n\n      and foo(x)\n"),
    '10:11: alert "A": could not parse expression: parse error: unknown function with name "foo"',
  ],
  [
    "a mistake in a quoted expression",
    group('  - alert: A\n    expr: "up{a=\\"b\\"} ==\\n0 )"\n'),
    "5:31: alert \"A\": could not parse expression: parse error: unexpected right parenthesis ')'",
  ],
  [
    "a mistake at the end of an expression",
    group("  - alert: A\n    expr: 'sum(up'\n"),
    '5:18: alert "A": could not parse expression: parse error: unclosed left parenthesis',
  ],
  [
    "for in a recording rule",
    group(`${record}    for: 1m\n`),
    '6:10: record "a": a recording rule has no for',
  ],
  [
    "keep_firing_for in a recording rule",
    group(`${record}    keep_firing_for: 1m\n`),
    '6:22: record "a": a recording rule has no keep_firing_for',
  ],
  [
    "annotations in a recording rule",
    group(`${record}    annotations: {a: b}\n`),
    '4:13: record "a": a recording rule has no annotations',
  ],
  [
    "an expression as a name",
    group("  - record: a{}\n    expr: 1\n"),
    '4:13: record "a{}": braces in the name of a recording rule; should they be in expr?',
  ],
  [
    "a reserved label",
    group(`${alert}    labels: {__name__: x}\n`),
    '6:24: alert "A": "__name__" cannot be the name of a label',
  ],
  [
    "a label without name",
    group(`${alert}    labels: {"": x}\n`),
    '6:18: alert "A": "" cannot be the name of a label',
  ],
  [
    "an annotation without name",
    group(`${alert}    annotations: {"": x}\n`),
    '6:23: alert "A": "" cannot be the name of an annotation',
  ],
  [
    "a map as a label",
    group(`${alert}    labels: {a: {b: c}}\n`),
    '6:17: alert "A": a in labels must be a text, not a map',
  ],
  [
    "labels as a list",
    group(`${alert}    labels: [a]\n`),
    '6:13: alert "A": labels must be a map, not a list',
  ],
  ...["5", "1h1d", "-5m", "1.5h", "5 m", "m", "1x"].map(
    (text) =>
      [
        `for ${text}`,
        group(`${alert}    for: ${text}\n`),
        `6:10: alert "A": for: ${durationReason(text)}; expected for example 30s, 5m, 1h30m or 1d`,
      ] as const,
  ),
  [
    "an unknown field",
    group(`${alert}    keep_firing: 5m\n`),
    '6:5: alert "A": unknown field "keep_firing"; did you mean keep_firing_for?',
  ],
  [
    "a bad template in a line of many",
    group(`${alert}    annotations:\n      text: |\n        one\n        two {{ $x }}\n`),
    '9:9: alert "A": annotation text: undefined variable "$x"',
  ],
  [
    "a bad template as a label",
    group(`${alert}    labels: {a: "{{ foo }}"}\n`),
    '6:18: alert "A": label a: function "foo" not defined',
  ],
  [
    "many mistakes, all of which are said",
    group(`${alert}    for: x\n    labels: {__name__: y}\n  - record: b\n    expr: sum(\n`),
    '6:10: alert "A": for: not a valid duration string: "x"; expected for example 30s, 5m, 1h30m or 1d',
    '7:24: alert "A": "__name__" cannot be the name of a label',
    '9:15: record "b": could not parse expression: parse error: unclosed left parenthesis',
  ],
];

function durationReason(text: string): string {
  if (text === "1.5h") return 'unknown unit "." in duration "1.5h"';
  if (text === "5 m") return 'unknown unit " m" in duration "5 m"';
  if (text === "1x") return 'unknown unit "x" in duration "1x"';
  return `not a valid duration string: "${text}"`;
}
