// What each alert must say of itself.

import { expect, test } from "bun:test";
import { knownAlerts, labelsOfRegistry, labelsOfRules } from "../../../sim/verify/known-alerts.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { ruleText } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

test("one of ours has severity and priority, and its component if that is always the same", () => {
  const known = labelsOfRegistry(ALERTS);
  expect(Object.keys(known)).toEqual(ALERTS.map(({ name }) => name));
  expect(known.WebSocketDlqBroken).toEqual({
    severity: "critical",
    priority: "P0",
    component: "websocket-server",
  });
  expect(known.ServiceDown).toEqual({ severity: "critical", priority: "P0" });
  expect(known.Watchdog).toEqual({ severity: "none", component: "prometheus" });
});

test("one of somebody's rules has the severity of the first rule of its name, if that is a fixed one", () => {
  const groups = rules(
    ruleText(
      "{ alert: A, expr: a > 0, labels: { severity: page, team: x } }",
      "{ alert: A, expr: b > 0, labels: { severity: ticket } }",
      "{ alert: B, expr: a > 0 }",
      "{ alert: C, expr: a > 0, labels: { severity: '{{ $labels.s }}' } }",
      "{ record: 'x:y', expr: a }",
    ),
  );
  expect(labelsOfRules(groups)).toEqual({ A: { severity: "page" }, B: {}, C: {} });
});

test("an alert may have any name, and only what is known has one", () => {
  const known = labelsOfRules(
    rules(ruleText("{ alert: constructor, expr: a > 0, labels: { severity: page } }")),
  );
  expect(knownAlerts(known).get("constructor")).toEqual({ severity: "page" });
  expect(knownAlerts(known).has("toString")).toBe(false);
});
