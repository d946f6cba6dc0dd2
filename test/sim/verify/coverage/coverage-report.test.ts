import { describe, expect, test } from "bun:test";
import { coverageOf } from "../../../../sim/verify/coverage/coverage-report.ts";
import type { Silence } from "../../../../sim/verify/report/coverage/coverage.ts";
import { recording, ruleText, series, WARM } from "../hand-made.ts";
import { rules } from "../promtool/scene.ts";
import { covered, observed } from "./observed.ts";

const FILE = "rules.yaml";
/** Line of the first rule of a text. */
const FIRST_LINE = 4;

const calm = recording([series("up"), series("level", { 3: 2 })]);
const loud = recording([series("up"), series("level", { [WARM + 2]: 9 })]);
const louder = recording([series("up"), series("level", { [WARM + 1]: 7 })]);

test("alerts are told by what raises them, the fastest first, and faults by what notices them", () => {
  const text = ruleText(
    "{ alert: High, expr: level > 5, labels: { severity: page } }",
    "{ alert: Higher, expr: level > 5, for: 1m }",
    "{ alert: Never, expr: level > 50 }",
  );
  const { alerts, faults } = covered(text, [calm, loud, louder]);
  expect(alerts.map(({ alert, severity }) => [alert, severity])).toEqual([
    ["High", "page"],
    ["Higher", null],
    ["Never", null],
  ]);
  expect(alerts[0]?.raised_by.map(({ scenario, detection_s }) => [scenario, detection_s])).toEqual([
    ["third", 15],
    ["second", 30],
  ]);
  expect(alerts[0]?.silence).toBeNull();
  expect(faults.map(({ scenario, noticed_by }) => [scenario, noticed_by.map(({ alert }) => alert)])).toEqual([
    ["first", []],
    ["second", ["High", "Higher"]],
    ["third", ["High", "Higher"]],
  ]);
  expect(faults[1]?.noticed_by[0]?.position).toEqual({ file: FILE, line: FIRST_LINE, column: 9 });
});

test("two alerts of one name are two alerts", () => {
  const text = ruleText(
    "{ alert: High, expr: level > 5, labels: { severity: page } }",
    "{ alert: High, expr: level > 50, labels: { severity: ticket } }",
  );
  const { alerts } = covered(text, [loud]);
  expect(alerts.map(({ raised_by }) => raised_by.length)).toEqual([1, 0]);
});

describe("an alert that nothing raises", () => {
  /** Of the last of the rules. */
  const silence = (
    expr: string,
    records: readonly string[] = [],
    recordings = [calm, loud],
  ): Silence | null => {
    const text = ruleText(...records, `{ alert: A, expr: '${expr}', for: 2m }`);
    return covered(text, recordings).alerts[0]?.silence ?? null;
  };

  test("did not reach its threshold: the nearest value of all scenarios, and the part that it is about", () => {
    expect(silence("max(level) > 50")).toEqual({
      kind: "threshold-not-reached",
      value: "max(level)",
      comparison: ">",
      threshold: 50,
      nearest: 9,
      scenario: "second",
    });
    expect(silence("level < 0")).toMatchObject({ nearest: 0, scenario: "first" });
  });

  test("was pending for less than its `for`: the longest of all scenarios", () => {
    const short = recording([series("level", { [WARM]: 9, [WARM + 2]: 0 })]);
    const longer = recording([series("level", { [WARM]: 9, [WARM + 5]: 0 })]);
    expect(silence("level > 5", [], [calm, short, longer])).toEqual({
      kind: "too-short",
      for_s: 120,
      longest_s: 75,
      scenario: "third",
    });
  });

  test("names series that no component exports, with their places and what may be meant", () => {
    expect(silence("websocket_kafka_consumer_lagg > 1 and levels > 1")).toEqual({
      kind: "unknown-series",
      unknown: [
        {
          series: "websocket_kafka_consumer_lagg",
          position: { file: FILE, line: FIRST_LINE, column: 28 },
          nearest: "websocket_kafka_consumer_lag",
        },
        { series: "levels", position: { file: FILE, line: FIRST_LINE, column: 66 }, nearest: "level" },
      ],
    });
    expect(silence('{__name__="node_load1"} > 1')).toMatchObject({ unknown: [{ series: "node_load1" }] });
  });

  test("asks for labels that no series has, or for a metric of the catalogue that no scenario exports", () => {
    expect(silence('level{of="x"} > 1')).toEqual({
      kind: "no-samples",
      selector: 'level{of="x"}',
      mismatches: [{ label: "of", values: [], target_label: "of=x" }],
    });
    expect(silence("websocket_kafka_consumer_lag > 1")).toMatchObject({ kind: "no-samples", mismatches: [] });
    expect(silence("websocket_kafka_lag_poll_duration_seconds_bucket > 1")?.kind).toBe("no-samples");
    expect(silence('ALERTS{alertname="B"} == 1')?.kind).toBe("no-samples");
  });

  test("had its series in one scenario of several", () => {
    const there = recording([series('level{of="x"}', { 3: 7 })]);
    expect(silence('level{of="x"} > 50', [], [calm, there])).toMatchObject({
      nearest: 7,
      scenario: "second",
    });
  });

  test.each([
    ["labels alone name no metric", '{of="x"} > 1', "no-samples"],
    [
      "a missing series explains more than a threshold beside it",
      "level > 50 and node_load1 > 1",
      "unknown-series",
    ],
    [
      "of alternatives that is told which came furthest",
      "node_load1 > 1 or level > 50",
      "threshold-not-reached",
    ],
    ["what must not be there is no reason", "level > 50 unless node_load1 > 1", "threshold-not-reached"],
    ["a window that holds one sample gives no rate", "rate(level[10s]) > 0", "no-result"],
    ["nothing is greater than itself", "level > level", "never-held"],
    [
      "conditions that held, but not on the same series",
      "up == 0 and on(job) (level{} > 1 unless level)",
      "never-held",
    ],
    ["not a number is never greater", "level * (0/0) > 1", "no-result"],
    ["an aggregation of nothing", "sum(rate(node_load1[5m])) > 1", "unknown-series"],
    ["a subquery of nothing", "max_over_time((node_load1 > 1)[5m:1m]) > 0", "unknown-series"],
  ] as const)("%s: %s", (_, expr, kind) => {
    expect(silence(expr)?.kind).toBe(kind);
  });

  test("is followed into the rules that record what it reads", () => {
    const records = ["{ record: load, expr: sum(node_load1) }", "{ record: high, expr: level > 50 }"];
    expect(silence("load > 1", records)).toMatchObject({
      kind: "unknown-series",
      unknown: [{ series: "node_load1", position: { line: FIRST_LINE } }],
    });
    expect(silence("high == 1", records)).toMatchObject({
      kind: "threshold-not-reached",
      value: "level",
      nearest: 9,
    });
    expect(silence('level:sum{of="x"} > 1', ["{ record: 'level:sum', expr: level }"])).toMatchObject({
      selector: 'level:sum{of="x"}',
    });
    expect(silence("circle > 1", ["{ record: circle, expr: circle + 1 }"])?.kind).toBe("no-samples");
  });

  test("may be a dead man's switch, by its severity or because it reads nothing", () => {
    const text = ruleText(
      "{ alert: Watchdog, expr: up == 0, labels: { severity: none } }",
      "{ alert: Switch, expr: vector(1), labels: { severity: critical } }",
    );
    for (const { silence: why, without_fault } of covered(text, [calm]).alerts) {
      expect(why).toEqual({ kind: "always" });
      expect(without_fault).toEqual([]);
    }
  });
});

test("a scenario may say that an alert fires all the time, and is no fault if nothing breaks in it", () => {
  const text = ruleText("{ alert: Heartbeat, expr: up == 0 }");
  const healthy = observed(text, { ...calm, faults: [] }, { expect: [{ alert: "Heartbeat", always: true }] });
  const groups = rules(text);
  const { alerts, faults } = coverageOf(
    [healthy],
    groups.flatMap((group) => group.rules),
  );
  expect(alerts[0]).toMatchObject({ silence: { kind: "always" }, without_fault: [] });
  expect(faults).toEqual([]);
});

test("an alert that fires without a fault is told by scenario, and neither raised nor silent", () => {
  const [alert] = covered(ruleText("{ alert: Missing, expr: absent(node_load1) }"), [calm, loud]).alerts;
  expect(alert).toMatchObject({ raised_by: [], silence: null, without_fault: ["first", "second"] });
});

test("series that nobody exports are told of every rule, once each, also where an alert is raised", () => {
  const text = ruleText(
    "{ record: load, expr: node_load1 + node_load1 }",
    "{ alert: High, expr: level > 5 or node_load1 > 1 }",
  );
  const { unknown, alerts } = covered(text, [loud]);
  expect(unknown.map(({ rule, series: name }) => [rule, name])).toEqual([
    ["load", "node_load1"],
    ["High", "node_load1"],
  ]);
  expect(alerts[0]?.raised_by.length).toBe(1);
});

test("with names of alerts, only these are told, with the rules that record for them", () => {
  const text = ruleText(
    "{ record: load, expr: node_load1 }",
    "{ record: other, expr: node_load5 }",
    "{ alert: High, expr: level > 5 }",
    "{ alert: Load, expr: load > 5 }",
  );
  const { alerts, faults, unknown } = covered(text, [loud], ["Load"]);
  expect(alerts.map(({ alert }) => alert)).toEqual(["Load"]);
  expect(unknown.map(({ rule }) => rule)).toEqual(["load"]);
  expect(faults[0]?.noticed_by).toEqual([]);
});

test("a rule that cannot be evaluated is a problem with its place, told once for all scenarios", () => {
  const twice = recording([series('level{of="a"}'), series('level{of="b"}'), series("up")]);
  const { problems } = covered(ruleText("{ alert: A, expr: up * on() level > 1 }"), [calm, twice, twice]);
  expect(problems).toEqual([
    {
      rule: "A",
      position: { file: FILE, line: FIRST_LINE, column: 9 },
      reason: expect.stringContaining("found duplicate series"),
    },
  ]);
});

test("what went wrong in a scenario is told with its name", () => {
  const broken = { ...calm, findings: ["fault sequence-gap did not take: nothing was broken by it"] };
  expect(covered(ruleText("{ alert: A, expr: up > 1 }"), [calm, broken]).scenario_findings).toEqual([
    { scenario: "second", finding: "fault sequence-gap did not take: nothing was broken by it" },
  ]);
});
