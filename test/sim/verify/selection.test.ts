// What a verification runs, and what is refused before anything runs.

import { describe, expect, test } from "bun:test";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { type SelectionOptions, select } from "../../../sim/verify/selection.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { ruleText } from "./hand-made.ts";

const NOTHING: SelectionOptions = { only: [], scenarioFiles: [], ruleFiles: [] };
const RULES = {
  file: "mine.rules.yaml",
  text: ruleText("{ alert: Mine, expr: a > 0, labels: { severity: page } }"),
};

function scenario(alert: string, more = ""): SelectionOptions["scenarioFiles"][number] {
  const text = `name: mine\nsummary: s\nhold: 5m\nfaults:\n  - fault: burst\nexpect:\n  - alert: ${alert}\n${more}`;
  return { file: "mine.yaml", text };
}

function refused(options: Partial<SelectionOptions>): { readonly code: string; readonly message: string } {
  try {
    select({ ...NOTHING, ...options });
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("nothing was refused");
}

describe("without options", () => {
  test("all scenarios are run under our rules, and every alert must be proven", () => {
    const { scenarios, rules, known, complete } = select(NOTHING);
    expect(scenarios).toEqual([...SCENARIOS]);
    expect(rules.map(({ file }) => file)).toEqual(["dashstream rules"]);
    expect(Object.keys(known)).toEqual(ALERTS.map(({ name }) => name));
    expect(complete).toBe(true);
  });
});

describe("--only", () => {
  test("takes the scenarios that prove one of the alerts, each once, and proves nothing else", () => {
    const { scenarios, complete } = select({
      ...NOTHING,
      only: ["KafkaConsumerLagHigh", "KafkaConsumerLagCritical"],
    });
    const expected = SCENARIOS.filter(({ expect: expectations }) =>
      expectations.some(({ alert }) => alert.startsWith("KafkaConsumerLag")),
    );
    expect(new Set(scenarios)).toEqual(new Set(expected));
    expect(scenarios).toHaveLength(expected.length);
    expect(complete).toBe(false);
  });

  test("with the name of a scenario is that one, once", () => {
    const { scenarios } = select({ ...NOTHING, only: ["sequence-gap", "SequenceGapsDetected"] });
    expect(scenarios.map(({ name }) => name)).toEqual(["sequence-gap"]);
  });

  test("with a name that no scenario has or proves is wrong usage, with the nearest name or what there is", () => {
    expect(refused({ only: ["Watchdog", "SequenceGapDetected"] })).toMatchObject({
      code: "usage",
      message: '--only: no scenario has or proves "SequenceGapDetected"; did you mean SequenceGapsDetected?',
    });
    expect(refused({ only: ["xyz"] }).message).toMatch(
      /^--only: no scenario has or proves "xyz"; expected one of (\S+, ){11}\S+ and \d+ more$/,
    );
    expect(refused({ only: ["xyz"], scenarioFiles: [scenario("ServiceDown")] }).message).toBe(
      '--only: no scenario has or proves "xyz"; expected one of mine, ServiceDown',
    );
  });
});

describe("--rules", () => {
  test("evaluates these rules in place of ours, and not all of ours need be proven", () => {
    const { rules, known, complete, scenarios } = select({ ...NOTHING, ruleFiles: [RULES] });
    expect(rules).toEqual([RULES]);
    expect(known).toEqual({ Mine: { severity: "page" } });
    expect([complete, scenarios.length]).toEqual([false, SCENARIOS.length]);
  });

  test("with a mistake is refused, by file and line", () => {
    const text = ruleText("{ alert: Mine, expr: a > 0 }", "{ alert: Mine, expr: 'rate(a' }");
    expect(refused({ ruleFiles: [{ file: "mine.rules.yaml", text }] })).toMatchObject({
      code: "rules_invalid",
      message: expect.stringContaining("mine.rules.yaml:5:"),
    });
  });
});

describe("--scenario", () => {
  test("runs these in place of ours", () => {
    const { scenarios, complete } = select({
      ...NOTHING,
      scenarioFiles: [scenario("KafkaConsumerLagHigh", "env: { WEBSOCKET_MAX_CLIENT_LAG: '50' }\n")],
    });
    expect(scenarios.map(({ name }) => name)).toEqual(["mine"]);
    expect(complete).toBe(false);
  });

  test("knows the alerts of the rules that are evaluated, ours or others", () => {
    const scenarioFiles = [scenario("Mine")];
    expect(select({ ...NOTHING, scenarioFiles, ruleFiles: [RULES] }).scenarios).toHaveLength(1);
    expect(refused({ scenarioFiles })).toMatchObject({
      code: "scenario_invalid",
      message: expect.stringContaining('mine.yaml:7:12: expect[0].alert: no rule has the alert "Mine"'),
    });
  });

  const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
    [
      "a variable that no component reads",
      "env: { WEBSOCKET_MAX_CLIENT_LAGS: '50' }\n",
      /^.*mine\.yaml:8:8: env\.WEBSOCKET_MAX_CLIENT_LAGS: is not a known setting/,
    ],
    [
      "a value that a variable cannot have",
      "env: { WEBSOCKET_MAX_CLIENT_LAG: many }\n",
      /^.*mine\.yaml:8:8: env\.WEBSOCKET_MAX_CLIENT_LAG: is "many"/,
    ],
    [
      "the same in one component",
      "env_of: { exporter: { METRICS_PROT: '1' } }\n",
      /mine\.yaml:8:23: env_of\.exporter\.METRICS_PROT: is not/,
    ],
    [
      "an unknown fault of a remedy",
      "remedy: [{ fault: bursts }]\n",
      /mine\.yaml:8:19: remedy\[0\]\.fault: .*did you mean burst\?/,
    ],
    [
      "an unknown companion",
      "may: [{ alert: HighDLQRat, because: x }]\n",
      /mine\.yaml:8:16: may\[0\]\.alert: .*did you mean HighDLQRate\?/,
    ],
  ];
  test.each(MISTAKES)("with %s is refused, by file, line and path", (_, text, message) => {
    const error = refused({ scenarioFiles: [scenario("KafkaConsumerLagHigh", text)] });
    expect(error.code).toBe("scenario_invalid");
    expect(error.message).toMatch(message);
  });
});
