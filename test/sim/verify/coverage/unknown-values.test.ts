// Which label values of somebody's rules there can never be, and which are left alone because nobody can know.

import { describe, expect, test } from "bun:test";
import { LabelValues } from "../../../../sim/verify/coverage/label-values.ts";
import { unknownValuesIn } from "../../../../sim/verify/coverage/unknown-values.ts";
import type { UnknownValue } from "../../../../sim/verify/report/coverage/coverage.ts";
import { NO_TARGET_LABELS, type TargetLabels } from "../../../../sim/verify/site/target-labels.ts";
import { ruleFile } from "../../../../src/alerts/rule-file.ts";
import { recording, ruleText, series } from "../hand-made.ts";
import { rules } from "../promtool/scene.ts";
import { covered } from "./observed.ts";

const TYPO = 'error_type="schema_missmatch"';
const CAUSES = [
  "payload_too_large",
  "buffer_underflow",
  "invalid_protobuf",
  "decompression_failed",
  "schema_mismatch",
  "unknown_decode_error",
];

/** @param records name and expression of recording rules */
function unknownValues(
  expr: string,
  records: readonly (readonly [name: string, expr: string, labels?: string])[] = [],
  targetLabels: TargetLabels = NO_TARGET_LABELS,
): readonly UnknownValue[] {
  const text = ruleText(
    ...records.map(
      ([name, recorded, labels = "{}"]) => `{ record: '${name}', expr: '${recorded}', labels: ${labels} }`,
    ),
    `{ alert: A, expr: '${expr}' }`,
  );
  const all = rules(text).flatMap((group) => group.rules);
  const values = new LabelValues(all, targetLabels);
  return all.flatMap((rule) => unknownValuesIn(rule, values));
}

const shown = (found: readonly UnknownValue[]) =>
  found.map(({ rule, series: name, matcher }) => `${rule}: ${name}{${matcher}}`);

describe("a label that the catalogue closes", () => {
  test("with a value that it cannot have is told with place, values and what may be meant", () => {
    expect(unknownValues(`sum(rate(websocket_decode_errors_total{${TYPO}}[5m])) > 0`)).toEqual([
      {
        rule: "A",
        series: "websocket_decode_errors_total",
        matcher: TYPO,
        label: "error_type",
        position: { file: "rules.yaml", line: 4, column: 37 },
        values: CAUSES,
        nearest: "schema_mismatch",
        target_label: null,
      },
    ]);
  });

  test("is told once of a rule, however often it asks", () => {
    const rate = `rate(websocket_decode_errors_total{${TYPO}}[5m])`;
    const [found, ...others] = unknownValues(`${rate} > 0 and ${rate} < 9`);
    expect(found?.position.column).toBe(33);
    expect(others).toEqual([]);
  });

  test.each([
    ["a pattern that fits none", 'websocket_decode_errors_total{error_type=~"proto.*"}'],
    ["a name as a matcher", `{__name__="websocket_decode_errors_total",${TYPO}}`],
    ["a series of a histogram", 'websocket_e2e_latency_ms_bucket{stage="producer"}'],
    ["what must not be there", `up unless websocket_decode_errors_total{${TYPO}}`],
  ])("is told for %s", (_, expr) => {
    expect(unknownValues(`${expr} > 0`)).toHaveLength(1);
  });

  test.each([
    ["a value that it has", 'websocket_decode_errors_total{error_type="schema_mismatch"}'],
    ["a value that it has with a feature only", 'dashstream_dependency_up{dependency="redis"}'],
    ["a pattern that fits one", 'websocket_decode_errors_total{error_type=~"schema_.+|other"}'],
    ["what it excludes", 'websocket_decode_errors_total{error_type!="other"}'],
    ["a pattern that it excludes", 'websocket_decode_errors_total{error_type!~"other"}'],
    ["a pattern that excludes all", 'websocket_decode_errors_total{error_type!~".*"}'],
    ["no value", 'websocket_decode_errors_total{error_type=""}'],
    ["a pattern that no value fits too", 'websocket_decode_errors_total{error_type=~"other|"}'],
    ["what is asked to be absent", `absent(websocket_decode_errors_total{${TYPO}})`],
    ["what is asked to be absent for long", `absent_over_time(websocket_decode_errors_total{${TYPO}}[5m])`],
    ["an open label", 'dashstream_rate_limit_exceeded_total{tenant_id="acme"}'],
    ["a bound of a histogram, which can be set", 'websocket_e2e_latency_ms_bucket{le="7"}'],
    ["a label of targets", 'websocket_decode_errors_total{instance="a:1",namespace="prod"}'],
    ["series that are not ours", `up{job="node"} + other{${TYPO}}`],
    ["any metric", `{__name__=~"websocket_.+",${TYPO}}`],
  ])("is not told for %s", (_, expr) => {
    expect(unknownValues(`${expr} > 0`)).toEqual([]);
  });

  test("is not told where all targets have a label of that name, which takes its place", () => {
    const expr = `websocket_decode_errors_total{${TYPO}} > 0`;
    expect(unknownValues(expr, [], { all: { error_type: "schema_missmatch" }, of: {} })).toEqual([]);
  });
});

describe("the job of targets", () => {
  test("is that of the components that export the metric", () => {
    expect(unknownValues('websocket_decode_errors_total{job="websocket"} > 0')).toMatchObject([
      { matcher: 'job="websocket"', values: ["dashstream-infrastructure"], target_label: "job=websocket" },
    ]);
    expect(unknownValues('dashstream_dependency_up{job="dashstream-qualitty"} == 0')).toMatchObject([
      {
        values: ["dashstream-infrastructure", "dashstream-quality", "dashstream-quality-monitor"],
        nearest: "dashstream-quality",
      },
    ]);
    expect(unknownValues('dashstream_dependency_up{job=~"dashstream-.*"} == 0')).toEqual([]);
    expect(unknownValues('dashstream_dependency_up{job=~"web.*"} == 0')).toMatchObject([
      { target_label: "job=..." },
    ]);
  });

  test("is the one that users say their targets have", () => {
    const of = (job: string) =>
      unknownValues(`websocket_uptime_seconds{job="${job}"} > 0`, [], { all: { job: "shop" }, of: {} });
    expect(of("shop")).toEqual([]);
    expect(of("dashstream-infrastructure")).toMatchObject([{ values: ["shop"] }]);
  });

  test("is the one that users say a component's targets have, before that of all", () => {
    const targets: TargetLabels = { all: { job: "shop" }, of: { "quality-monitor": { job: "quality" } } };
    const of = (series: string, labels = targets) => unknownValues(`${series} > 0`, [], labels);
    expect(of('dashstream_dependency_up{job=~"shop|quality"}')).toEqual([]);
    expect(of('dashstream_dependency_up{job="other"}')).toMatchObject([{ values: ["shop", "quality"] }]);
    expect(of('websocket_uptime_seconds{job="quality"}')).toMatchObject([{ values: ["shop"] }]);
    expect(of('websocket_uptime_seconds{job="quality"}', { ...targets, all: {} })).toMatchObject([
      { values: ["dashstream-infrastructure"] },
    ]);
    // In whose programs the library is, nobody has said.
    expect(of('dashstream_sequence_gaps_total{job="other"}', { ...targets, all: {} })).toEqual([]);
  });

  test("or another label may be any of a component that users give one", () => {
    const expr = `websocket_decode_errors_total{${TYPO}} > 0`;
    const of = (labels: TargetLabels) => unknownValues(expr, [], labels);
    expect(of({ all: {}, of: { "websocket-server": { error_type: "x" } } })).toEqual([]);
    expect(of({ all: {}, of: { exporter: { error_type: "x" } } })).toHaveLength(1);
  });

  test("may be any where programs of somebody else export the metric too", () => {
    expect(unknownValues('dashstream_sequence_gaps_total{job="shop"} > 0')).toEqual([]);
  });
});

describe("what rules record", () => {
  const RATE = "rate(websocket_decode_errors_total[5m])";

  test("is told of the rule that records it, if the value stands there", () => {
    const found = unknownValues("errors > 0", [["errors", `sum(websocket_decode_errors_total{${TYPO}})`]]);
    expect(shown(found)).toEqual([`errors: websocket_decode_errors_total{${TYPO}}`]);
  });

  test.each([
    ["an aggregation by it", `sum by (error_type) (${RATE})`],
    ["an aggregation without others", `sum without (instance) (${RATE})`],
    ["the highest", `topk(3, ${RATE})`],
    ["a number beside it", `2 * (-${RATE})`],
    ["both sides of a ratio", `${RATE} / on (error_type) ${RATE}`],
    ["a condition", `${RATE} and on () up`],
    ["alternatives of the same values", `${RATE} or ${RATE}`],
    ["a subquery", `max_over_time(${RATE}[5m:1m])`],
    ["another label set", `label_replace(${RATE}, "team", "a", "", "")`],
  ])("passes the values on through %s", (_, expr) => {
    expect(unknownValues(`errors{${TYPO}} > 0`, [["errors", expr]])).toMatchObject([
      { rule: "A", series: "errors", values: CAUSES, nearest: "schema_mismatch" },
    ]);
  });

  test.each([
    ["series that are not ours beside", `${RATE} or other`],
    ["the same label set anew", `label_replace(${RATE}, "error_type", "x", "", "")`],
    ["a label made of values", `count_values("error_type", ${RATE})`],
    ["labels of the series that is absent", `absent(websocket_decode_errors_total)`],
    ["itself", "errors + 1"],
    ["a label that is gone, which is another mistake", `sum(${RATE})`],
  ])("tells nothing of %s", (_, expr) => {
    expect(unknownValues(`errors{${TYPO}} > 0`, [["errors", expr]])).toEqual([]);
  });

  test("has what its rules chose and set, all of one name together", () => {
    const some: readonly [string, string] = [
      "errors",
      'websocket_decode_errors_total{error_type=~"schema.*"}',
    ];
    const set: readonly [string, string, string] = ["errors", "up", "{ error_type: other }"];
    const found = unknownValues('errors{error_type="invalid_protobuf"} > 0', [some, set]);
    expect(found).toMatchObject([{ values: ["schema_mismatch", "other"] }]);
    expect(unknownValues('errors{error_type="other"} > 0', [some, set])).toEqual([]);
  });

  test("has the jobs of targets, or one that the rule sets", () => {
    const recorded = "sum by (job) (websocket_uptime_seconds)";
    expect(unknownValues('uptime{job="shop"} > 0', [["uptime", recorded]])).toMatchObject([
      { values: ["dashstream-infrastructure"], target_label: "job=shop" },
    ]);
    expect(unknownValues('uptime{job="shop"} > 0', [["uptime", recorded, "{ job: x }"]])).toMatchObject([
      { values: ["x"], target_label: null },
    ]);
    const named = unknownValues('uptime{name="shop"} > 0', [
      ["uptime", "up", "{ name: dashstream-quality }"],
    ]);
    expect(named).toMatchObject([{ values: ["dashstream-quality"], target_label: null }]);
  });
});

test("our own rules ask for nothing that there cannot be", () => {
  const all = rules(ruleFile()).flatMap((group) => group.rules);
  const values = new LabelValues(all, NO_TARGET_LABELS);
  expect(all.flatMap((rule) => unknownValuesIn(rule, values))).toEqual([]);
});

test("coverage tells of the values of the alerts that are chosen, and of the rules that record for them", () => {
  const text = ruleText(
    `{ record: errors, expr: 'websocket_decode_errors_total{${TYPO}}' }`,
    `{ record: others, expr: 'websocket_decode_errors_total{job="x"}' }`,
    "{ alert: A, expr: errors > 0 }",
  );
  const calm = recording([series("up")]);
  const rulesOf = (only: readonly string[]) =>
    covered(text, [calm], only).unknown_values.map(({ rule }) => rule);
  expect(rulesOf([])).toEqual(["errors", "others"]);
  expect(rulesOf(["A"])).toEqual(["errors"]);
});
