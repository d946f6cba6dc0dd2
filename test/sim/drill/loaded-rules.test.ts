import { describe, expect, test } from "bun:test";
import { loadedGroups, loadedScale, ruleDifferences } from "../../../sim/drill/loaded-rules.ts";
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

  test("have each time they wait said once, unless only their numbers differ", () => {
    const rules = (...waits: readonly string[]) =>
      wanted(
        waits
          .map((wait, n) => `  - {alert: Lag, expr: lag > ${n}, for: ${wait}, labels: {n: "${n}"}}\n`)
          .join(""),
      );
    const [there, expected] = [rules("1m", "1m", "5m"), rules("1s", "5s", "1s")];
    expect(ruleDifferences(expected, there)).toEqual(["Lag has for: 1m, 5m there, expected 1s, 5s"]);
    expect(ruleDifferences(rules("1m", "5m", "5m"), there)).toEqual([
      "Lag has for: 1m, 1m, 5m there, expected 1m, 5m, 5m",
    ]);
  });

  test("have a scale, if it explains them all", () => {
    const at = (scale: number) => readRuleFile(ruleFile({ scale }), "rules.yml");
    for (const scale of [1, 7, 60]) expect(loadedScale(at, at(scale))).toBe(scale);
    expect(loadedScale(at, at(7).slice(1))).toBeNull();
    expect(loadedScale(at, [])).toBeNull();
    expect(loadedScale(() => [], at(1))).toBeNull();
  });
});
