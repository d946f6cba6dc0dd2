import { describe, expect, test } from "bun:test";
import { loadedGroups, ruleDifferences } from "../../../sim/drill/loaded-rules.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import { group, rule } from "./prometheus-answers.ts";

const wanted = (text: string) => readRuleFile(`groups:\n- name: g\n  rules:\n${text}`, "wanted.yml");

describe("rules that a Prometheus has loaded", () => {
  test("are groups of ours, named by their place", () => {
    const [loaded] = loadedGroups([group(rule(1, [], { keepFiringFor: 3 }))]);
    expect(loaded?.intervalMs).toBe(1000);
    expect(loaded?.rules[0]).toMatchObject({
      kind: "alert",
      alert: "Lag",
      text: "lag > 10",
      forMs: 5000,
      keepFiringForMs: 3000,
      position: { file: "rules.yml;g", line: 1 },
    });
  });

  test("will do if every wanted alert waits as long, whatever else is there", () => {
    const loaded = loadedGroups([group(rule(1, []), rule(1, [], { name: "Other", duration: 1 }))]);
    expect(ruleDifferences(wanted("  - {alert: Lag, expr: lag > 10, for: 5s}"), loaded)).toEqual([]);
  });

  test("differ by their number and by how long they wait", () => {
    const loaded = loadedGroups([group(rule(1, []))]);
    expect(ruleDifferences(wanted("  - {alert: Lag, expr: lag > 10, for: 5m}"), loaded)).toEqual([
      "Lag has for: 5s there, expected 5m",
    ]);
    expect(ruleDifferences(wanted("  - {alert: Gone, expr: up == 0}"), loaded)).toEqual([
      "Gone has 0 rules there, expected 1",
    ]);
  });

  test("of one scale are not those of another", () => {
    const of = (scale: number) => readRuleFile(ruleFile({ scale }), "rules.yml");
    expect(ruleDifferences(of(60), of(60))).toEqual([]);
    expect(ruleDifferences(of(60), of(1)).length).toBeGreaterThan(20);
  });
});
