// Why an expected alert stayed inactive, on recordings made by hand.

import { describe, expect, test } from "bun:test";
import { defineScenario, type ScenarioInput } from "../../../sim/scenarios/scenario.ts";
import { whyInactive } from "../../../sim/verify/inactivity.ts";
import { evaluateRules } from "../../../sim/verify/rule-history.ts";
import { recording, ruleText, series } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

function why(
  texts: readonly string[],
  labels: ScenarioInput["expect"][number]["labels"] = {},
): string | null {
  const scenario = defineScenario({
    name: "made-up",
    summary: "Something breaks.",
    faults: [{ fault: "sequence-gap" }],
    hold: "5m",
    expect: [{ alert: "Broken", labels }],
  });
  const recorded = recording([
    series('broken{tenant_id="a"}', { 11: 3, 13: 0 }),
    series('up{job="server"}', { 0: 1 }),
  ]);
  const groups = rules(ruleText(...texts));
  const history = evaluateRules(recorded, groups);
  const [expectation] = scenario.expect;
  return expectation === undefined
    ? null
    : whyInactive(expectation, scenario, { groups, recording: recorded, history });
}

describe("an alert that stayed inactive is explained by", () => {
  test("the value that came nearest to its threshold", () => {
    expect(why(["{ alert: Broken, expr: sum(broken) > 10 }"])).toBe(
      "sum(broken) was never > 10; the nearest was 3",
    );
  });

  test("the time for which it was pending", () => {
    expect(why(["{ alert: Broken, expr: broken > 0, for: 10m }"])).toBe(
      "it was pending for 30s at most; its `for` is 10m",
    );
  });

  test("what a rule that it reads lacks", () => {
    const texts = ["{ record: broken:sum, expr: sum(brokn) }", "{ alert: Broken, expr: broken:sum > 1 }"];
    expect(why(texts)).toBe("no component exports brokn");
  });

  test("a label that no target has, with what gives it to them", () => {
    expect(why(["{ alert: Broken, expr: \"up{job='shop'} == 0\" }"])).toBe(
      "this scenario has no series that fits up{job='shop'}; job is one of server (if your targets have it: --target-labels job=shop, or COMPONENT:job=shop for those of one)",
    );
    expect(why(["{ alert: Broken, expr: \"up{namespace=~'a|b'} == 0\" }"])).toEndWith(
      "there is no label namespace (if your targets have it: --target-labels namespace=...)",
    );
  });

  test("a label of the metric, which no option gives", () => {
    expect(why(["{ alert: Broken, expr: \"broken{tenant_id='b'} > 0\" }"])).toEndWith(
      "; tenant_id is one of a",
    );
  });

  test("only those of several rules whose own labels are expected", () => {
    const texts = [
      "{ alert: Broken, expr: broken > 10, labels: { component: one } }",
      "{ alert: Broken, expr: broken > 20, labels: { component: two } }",
    ];
    expect(why(texts, { component: "two" })).toBe("broken was never > 20; the nearest was 3");
    expect(why(texts)).toBe(
      "broken was never > 10; the nearest was 3; or: broken was never > 20; the nearest was 3",
    );
  });

  test("nothing, if there is no rule for it", () => {
    expect(why(["{ alert: Other, expr: broken > 10 }"])).toBeNull();
  });
});
