import { describe, expect, test } from "bun:test";
import { loadedGroups } from "../../../sim/drill/loaded-rules.ts";
import type { RuleGroupStatus } from "../../../sim/drill/prometheus-api.ts";
import { RuleWatch } from "../../../sim/drill/rule-watch.ts";
import { group, instance, rule, START_MS } from "./prometheus-answers.ts";

/** Steps as texts, after looking at each of `looks`. */
function stepsOf(...looks: readonly (readonly RuleGroupStatus[])[]): readonly string[] {
  const watch = new RuleWatch(loadedGroups(looks[0] ?? []));
  for (const look of looks) watch.observe(look);
  return watch.transitions.map(({ atMs, from, to, labels }) => {
    const who = labels.tenant_id === undefined ? "" : ` ${labels.tenant_id}`;
    return `${(atMs - START_MS) / 1000}s ${from} -> ${to}${who}`;
  });
}

describe("the steps of an alert", () => {
  test("are those that Prometheus tells, at its times", () => {
    expect(
      stepsOf(
        [group(rule(1, []))],
        [group(rule(3, [instance("pending", 2)]))],
        [group(rule(8, [instance("firing", 2)]))],
        [group(rule(9, [instance("firing", 2)]))],
        [group(rule(12, []))],
      ),
    ).toEqual(["2s inactive -> pending", "8s pending -> firing", "12s firing -> inactive"]);
  });

  test("go through pending also if nobody looked in between", () => {
    expect(stepsOf([group(rule(1, []))], [group(rule(8, [instance("firing", 2)]))])).toEqual([
      "2s inactive -> pending",
      "8s pending -> firing",
    ]);
  });

  test("of a rule that waits for nothing begin with firing", () => {
    const now = { duration: 0 };
    expect(stepsOf([group(rule(1, [], now))], [group(rule(3, [instance("firing", 2)], now))])).toEqual([
      "2s inactive -> firing",
    ]);
  });

  test("are told apart by the labels of instances", () => {
    const a = instance("firing", 2, { tenant_id: "a" });
    const b = instance("firing", 4, { tenant_id: "b" });
    const now = { duration: 0 };
    expect(
      stepsOf([group(rule(1, [], now))], [group(rule(5, [a, b], now))], [group(rule(6, [b], now))]),
    ).toEqual(["2s inactive -> firing a", "4s inactive -> firing b", "6s firing -> inactive a"]);
  });

  test("of two rules of one name are two alerts", () => {
    const now = { duration: 0 };
    expect(
      stepsOf(
        [group(rule(1, [], now), rule(1, [], now))],
        [group(rule(3, [instance("firing", 2)], now), rule(3, [instance("firing", 3)], now))],
        [group(rule(4, [], now), rule(4, [instance("firing", 3)], now))],
      ),
    ).toEqual(["2s inactive -> firing", "3s inactive -> firing", "4s firing -> inactive"]);
  });

  test("do not end because a rule is not told of", () => {
    const now = { duration: 0 };
    expect(stepsOf([group(rule(1, [instance("firing", 0)], now))], [])).toEqual(["0s inactive -> firing"]);
  });
});

describe("what is wrong with the rules", () => {
  test("is named once", () => {
    const broken = group(rule(1, [], { health: "err", lastError: "many-to-many" }));
    const watch = new RuleWatch(loadedGroups([broken]));
    watch.observe([broken]);
    watch.observe([broken]);
    expect(watch.problems).toEqual(["Lag: many-to-many"]);
  });

  test("may be that others were loaded meanwhile", () => {
    const watch = new RuleWatch(loadedGroups([group(rule(1, []))]));
    watch.observe([group(rule(1, []), rule(1, [], { name: "New" }))]);
    expect(watch.problems).toEqual(["New of g was not loaded when the drill began"]);
  });
});
