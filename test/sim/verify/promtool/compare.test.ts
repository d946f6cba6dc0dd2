import { describe, expect, test } from "bun:test";
import { SCENARIOS } from "../../../../sim/scenarios/scenarios.ts";
import { readRules } from "../../../../sim/verify/job.ts";
import { compareWithPromtool, differences } from "../../../../sim/verify/promtool/compare.ts";
import { expectationsOf, type RuleExpectations } from "../../../../sim/verify/promtool/expectations.ts";
import { recordScenario } from "../../../../sim/verify/record.ts";
import { ruleFile } from "../../../../src/alerts/rule-file.ts";
import { promtool3Path } from "../../../support/promtool3.ts";
import { describeReal } from "../../../support/real-components.ts";
import { recorded, rules, SCRAPE_INTERVAL_MS } from "./scene.ts";

const GROUPS = rules(
  `
groups:
  - name: targets
    rules:
      - record: job:errors:rate1m
        expr: sum by (job) (rate(errors_total[1m]))
      - alert: Errors
        expr: job:errors:rate1m > 0.1
        for: 30s
        keep_firing_for: 30s
        labels: { severity: '{{ if gt $value 0.5 }}page{{ else }}ticket{{ end }}' }
        annotations: { summary: '{{ $value | humanize }} of {{ query "sum(up)" | first | value }} targets' }
      - alert: Gone
        expr: absent(up{job="a"})
      - alert: Odd
        expr: odd == odd or odd != odd
      - alert: Morning
        expr: hour() == 8 and on() vector(time()) > 1767600000
      - alert: Prophecy
        expr: up{job="b"} offset -1m == 0
      - record: ups
        expr: max_over_time(up[2m:])
  - name: targets
    interval: 30s
    query_offset: 15s
    rules:
      - record: slow
        expr: job:errors:rate1m + 1
`.replace("- name: targets\n    interval", "- name: slow\n    interval"),
);
const recording = recorded(
  [
    'errors_total{job="a"} 0x4 3+3x12 _ _ 0x20',
    'errors_total{job="b"} _x3 0 1 1 stale _x5 7+1x10',
    'up{job="a"} 1x9 stale _x6 1x10',
    'up{job="b"} 1x9 0 0 1x20',
    "odd NaN 1 Inf -Inf -0 1e21 5e-324 0.1 stale NaN",
  ],
  40,
);
const promtool = () => promtool3Path() ?? "";

/** Of the first interval, changed. */
async function changed(change: (expectations: RuleExpectations) => RuleExpectations) {
  const [first] = expectationsOf(recording, GROUPS);
  if (!first) throw new Error("there are no expectations");
  return differences(change(first), SCRAPE_INTERVAL_MS, promtool());
}

describeReal("promtool3", "promtool as second opinion", () => {
  test("agrees on gaps, staleness, odd numbers, hours, templates with queries, and groups of two intervals", async () => {
    expect(await compareWithPromtool(recording, GROUPS, promtool())).toEqual([]);
    const fired = expectationsOf(recording, GROUPS)
      .flatMap(({ alerts }) => alerts)
      .filter(({ firing }) => firing.length > 0);
    expect([...new Set(fired.map(({ alert }) => alert))].sort()).toEqual([
      "Errors",
      "Gone",
      "Morning",
      "Odd",
      "Prophecy",
    ]);
  }, 60_000);

  test("differs from a value that is wrong in the last digit", async () => {
    const findings = await changed((expectations) => ({
      ...expectations,
      values: expectations.values.map((one) =>
        one.expr === "job:errors:rate1m > 0.1"
          ? {
              ...one,
              samples: one.samples.map((sample) => ({ ...sample, value: sample.value * (1 + 2 ** -52) })),
            }
          : one,
      ),
    }));
    expect(findings[0]).toMatch(
      /^rules\.yaml:7: Errors: at 105 s promtool has job:errors:rate1m > 0\.1 = \{.*job="a"\} 1\.5E-01, not \{.*\} 1\.5000000000000002E-01$/,
    );
    expect(findings.at(-1)).toMatch(/^rules\.yaml:7: Errors: promtool differs at \d+ further times$/);
    expect(findings).toHaveLength(4);
  }, 60_000);

  test("differs from an alert that fires a step too early", async () => {
    const findings = await changed((expectations) => {
      const first = expectations.alerts.findIndex(
        ({ alert, firing }) => alert === "Errors" && firing.length > 0,
      );
      const before = expectations.alerts.findLastIndex(
        ({ alert }, index) => alert === "Errors" && index < first,
      );
      const [early, due] = [expectations.alerts[before], expectations.alerts[first]];
      if (!early || !due) throw new Error("it never fires");
      return { ...expectations, alerts: expectations.alerts.with(before, { ...early, firing: due.firing }) };
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(
      /^rules\.yaml:7: Errors: at \d+ s promtool has \[\], not \[ 0: Labels:\{alertname="Errors"/,
    );
  }, 60_000);

  test("differs from an annotation that says something else", async () => {
    const findings = await changed((expectations) => ({
      ...expectations,
      alerts: expectations.alerts.map((one) => ({
        ...one,
        firing: one.firing.map((alert) => ({
          ...alert,
          annotations: { ...alert.annotations, more: "text" },
        })),
      })),
    }));
    expect(findings.some((text) => /^rules\.yaml:\d+: Gone: at 150 s .*more="text"/.test(text))).toBe(true);
  }, 60_000);

  test("says what it cannot use", async () => {
    const findings = await changed((expectations) => ({
      ...expectations,
      values: [{ expr: "no_such_function(up)", atMs: recording.endMs, samples: [] }],
      alerts: [],
    }));
    expect(findings).toEqual([
      expect.stringMatching(
        /^promtool: at 585 s promtool cannot evaluate no_such_function\(up\): .*unknown function/,
      ),
    ]);
  }, 60_000);
});

describeReal("promtool3", "promtool on a scenario", () => {
  test.each(["target-vanished", "sequence-gap"])(
    "%s agrees on every rule of ours",
    async (name) => {
      const scenario = SCENARIOS.find((one) => one.name === name);
      if (!scenario) throw new Error(`there is no scenario ${name}`);
      const scraped = await recordScenario({ scenario, seed: 1 });
      const groups = readRules([{ file: "rules.yaml", text: ruleFile() }]);
      expect(await compareWithPromtool(scraped, groups, promtool())).toEqual([]);
    },
    180_000,
  );
});

describe("without rules", () => {
  test("there is nothing to compare, and nothing is run", async () => {
    expect(await compareWithPromtool(recording, [], "no-such-program")).toEqual([]);
    expect(await compareWithPromtool(recording, rules("groups: [{ name: a }]"), "no-such-program")).toEqual(
      [],
    );
  });
});
