// Rules evaluated on recordings made by hand, at every interval as a server does.

import { describe, expect, test } from "bun:test";
import { evaluateRules } from "../../../sim/verify/rule-history.ts";
import { createMatcher } from "../../../src/promql/matcher.ts";
import { atScrape, recording, ruleText, SCRAPES, series } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

const ALERT = "{ alert: A, expr: a > 0, for: 30s }";
const named = (name: string) => [createMatcher("__name__", "=", name)];

function evaluatedAt(text: string): readonly number[] {
  const times: number[] = [];
  const recorded = recording([series("a")]);
  evaluateRules(recorded, rules(text), (_index, _evaluator, atMs) => times.push(atMs));
  return times;
}

describe("rules are evaluated", () => {
  test("every 15 s from the first scrape to the last, where a group names no interval", () => {
    const every = Array.from({ length: SCRAPES }, (_, scrape) => atScrape(scrape));
    expect(evaluatedAt(ruleText(ALERT))).toEqual(every);
  });

  test("at the interval of their group", () => {
    const minutely = ruleText(ALERT).replace("rules:", "interval: 1m\n    rules:");
    expect(evaluatedAt(minutely)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48].map(atScrape));
    const finer = evaluatedAt(ruleText(ALERT).replace("rules:", "interval: 10s\n    rules:"));
    expect(finer.slice(0, 4).map((atMs) => atMs - atScrape(0))).toEqual([0, 10_000, 20_000, 30_000]);
    expect(finer.at(-1)).toBe(atScrape(SCRAPES - 1));
  });

  test("of several groups in the order of time, whatever the groups' order", () => {
    const slow = ruleText("{ alert: S, expr: a > 0 }").replace("rules:", "interval: 1m\n    rules:");
    const both =
      slow + ruleText("{ alert: F, expr: a > 0 }").replace("groups:\n", "").replace("made-up", "fast");
    const { transitions } = evaluateRules(recording([series("a", { 5: 1 })]), rules(both));
    expect(transitions.map(({ atMs, rule }) => [rule.alert, atMs])).toEqual([
      ["F", atScrape(5)],
      ["S", atScrape(8)],
    ]);
  });
});

describe("what rules give", () => {
  test("is a transition for each step of an alert", () => {
    const { transitions } = evaluateRules(recording([series("a", { 3: 1, 9: 0 })]), rules(ruleText(ALERT)));
    expect(transitions.map(({ from, to, atMs }) => [from, to, atMs])).toEqual([
      ["inactive", "pending", atScrape(3)],
      ["pending", "firing", atScrape(5)],
      ["firing", "inactive", atScrape(9)],
    ]);
  });

  test("can be read by rules after them, and lies beside the recording, which stays as it was", () => {
    const recorded = recording([series("a", { 3: 1 })]);
    const recordingRule = "{ record: 'job:a', expr: a * 2 }";
    const alert = "{ alert: A, expr: 'job:a > 1' }";
    const { transitions, source } = evaluateRules(recorded, rules(ruleText(recordingRule, alert)));
    expect(transitions).toMatchObject([{ to: "firing", atMs: atScrape(3), value: 2 }]);
    expect(source.select(named("job:a"))[0]?.values.slice(0, 5)).toEqual([0, 0, 0, 2, 2]);
    expect(source.select(named("ALERTS"))).toHaveLength(1);
    expect([...recorded.store.all()].map(({ labels }) => labels.name)).toEqual(["a"]);
    expect(recorded.store.select(named("a"))[0]?.values).toHaveLength(SCRAPES);
  });

  test("depends on nothing that is yet to come", () => {
    const alert = "{ alert: A, expr: a offset -4m > 0 }";
    const { transitions } = evaluateRules(recording([series("a", { 30: 1 })]), rules(ruleText(alert)));
    expect(transitions.map(({ atMs }) => atMs)).toEqual([atScrape(30)]);
  });

  test("is the same again, on the same recording", () => {
    const recorded = recording([series("a", { 3: 1, 9: 0 })]);
    const groups = rules(ruleText("{ record: b, expr: a }", "{ alert: A, expr: b > 0 }"));
    const first = evaluateRules(recorded, groups).transitions;
    expect(evaluateRules(recorded, groups).transitions).toEqual(first);
    expect(first).toHaveLength(2);
  });
});

test("a rule that cannot be evaluated is a problem, told once with its place and how often", () => {
  const texts = [series("a"), series('b{x="1"}'), series('b{x="2"}')];
  const { problems, transitions } = evaluateRules(
    recording(texts),
    rules(ruleText("{ alert: A, expr: a * on () b > 0 }", "{ alert: B, expr: a == 0 }")),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^rules\.yaml:4:9: .*many.*\(51 times\)$/);
  expect(transitions).toMatchObject([{ rule: { alert: "B" } }]);
});
