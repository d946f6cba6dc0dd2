// Episodes of alerts, from the transitions of their instances.

import { describe, expect, test } from "bun:test";
import { episodesOf, spansOf } from "../../../sim/verify/alert-history.ts";
import type { AlertState, AlertTransition } from "../../../src/promql/rules/rule.ts";
import { ruleText } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

const [first, second] = rules(
  ruleText("{ alert: Late, expr: a > 0 }", "{ alert: Late, expr: b > 0, labels: { tier: two } }"),
).flatMap((group) => group.rules.filter((rule) => rule.kind === "alert"));

interface Step {
  readonly atMs: number;
  readonly to: AlertState | "inactive";
  readonly rule?: typeof first | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function transitions(...steps: readonly Step[]): readonly AlertTransition[] {
  return steps.map(({ atMs, to, rule = first, labels = {}, annotations = {} }) => {
    if (rule === undefined) throw new Error("there is no rule");
    return { atMs, to, rule, labels, annotations, from: "inactive", value: 1 };
  });
}

describe("an episode", () => {
  test("goes from pending over firing to inactive", () => {
    const [episode, ...others] = episodesOf(
      transitions(
        { atMs: 15, to: "pending", annotations: { summary: "coming" } },
        { atMs: 30, to: "firing", annotations: { summary: "here" } },
        { atMs: 45, to: "inactive", annotations: { summary: "gone" } },
      ),
    );
    expect(others).toEqual([]);
    expect(episode).toMatchObject({ alert: "Late", activeMs: 15, firingMs: 30, inactiveMs: 45 });
    expect(episode?.annotations).toEqual({ summary: "here" });
  });

  test("that only was pending never fired", () => {
    const steps = transitions(
      { atMs: 15, to: "pending", annotations: { summary: "coming" } },
      { atMs: 30, to: "inactive" },
    );
    expect(episodesOf(steps)).toMatchObject([
      { activeMs: 15, firingMs: null, inactiveMs: 30, annotations: { summary: "coming" } },
    ]);
  });

  test("of a rule that waits for nothing fires when it begins", () => {
    expect(episodesOf(transitions({ atMs: 15, to: "firing" }))).toMatchObject([
      { activeMs: 15, firingMs: 15, inactiveMs: null },
    ]);
  });

  test("is followed by another one when the alert comes back", () => {
    const steps = transitions(
      { atMs: 15, to: "firing" },
      { atMs: 30, to: "inactive" },
      { atMs: 45, to: "pending" },
      { atMs: 60, to: "firing" },
    );
    expect(episodesOf(steps)).toMatchObject([
      { activeMs: 15, inactiveMs: 30 },
      { activeMs: 45, firingMs: 60, inactiveMs: null },
    ]);
  });

  test("is that of one instance: other labels and other rules have their own", () => {
    const steps = transitions(
      { atMs: 15, to: "firing", labels: { tenant: "a", zone: "z" } },
      { atMs: 15, to: "firing", labels: { tenant: "b", zone: "z" } },
      { atMs: 15, to: "firing", labels: { tenant: "a", zone: "z" }, rule: second },
      // The same labels in another order.
      { atMs: 30, to: "inactive", labels: { zone: "z", tenant: "a" } },
    );
    expect(episodesOf(steps).map(({ labels, inactiveMs }) => [labels.tenant, inactiveMs])).toEqual([
      ["a", 30],
      ["b", null],
      ["a", null],
    ]);
  });

  test("has the severity of its labels, and an unknown one without them", () => {
    const steps = transitions(
      { atMs: 15, to: "firing", labels: { severity: "high" } },
      { atMs: 15, to: "firing", labels: {} },
    );
    expect(episodesOf(steps).map(({ severity }) => severity)).toEqual(["high", "unknown"]);
  });
});

describe("spans for charts", () => {
  test("are seconds since the start, pending before firing, open at the end", () => {
    const steps = transitions({ atMs: 16_000, to: "pending" }, { atMs: 31_000, to: "firing" });
    expect(spansOf(episodesOf(steps), 1_000)).toEqual([
      { state: "pending", from_s: 15, until_s: 30 },
      { state: "firing", from_s: 30, until_s: null },
    ]);
  });

  test("leave out a pending that took no time, and a firing that never was", () => {
    const steps = transitions(
      { atMs: 1_000, to: "firing" },
      { atMs: 2_000, to: "inactive" },
      { atMs: 3_000, to: "pending" },
      { atMs: 4_000, to: "inactive" },
    );
    expect(spansOf(episodesOf(steps), 0)).toEqual([
      { state: "firing", from_s: 1, until_s: 2 },
      { state: "pending", from_s: 3, until_s: 4 },
    ]);
  });
});
