// What one scenario of a drill makes of Alertmanager: who was told, what was muted, and what did not answer.

import { describe, expect, test } from "bun:test";
import type { AlertmanagerApi } from "../../../sim/drill/alertmanager-api.ts";
import { drill } from "../../../sim/drill/drill.ts";
import type { DrillProgress } from "../../../sim/drill/drill-progress.ts";
import type { Notification } from "../../../sim/drill/notifications.ts";
import type { Scenario } from "../../../sim/scenarios/scenario.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { type DrillRig, onStack } from "./drill-rig.ts";

/** The first scenario breaks Redis after a quiet stack and its warm-up, and repairs it two minutes later. */
const FIRING_AT_MS = 75_000;
const RESOLVED_AT_MS = FIRING_AT_MS + 120_000;

function played({ options, over }: DrillRig, parts: Partial<DrillRig["options"]>) {
  return over(drill({ ...options, ...parts })).then(({ played: [live] }) => live);
}

/** Sent when time has come. */
function sent({ world }: DrillRig, ...messages: readonly (readonly [number, Notification["status"]])[]) {
  const notifications: Notification[] = [];
  for (const [delayMs, status] of messages) {
    world.clock.after(delayMs, () =>
      notifications.push({
        atMs: world.clock.nowMs(),
        receiver: "pager",
        status,
        alert: "Lag",
        labels: { alertname: "Lag", cluster: "prod" },
      }),
    );
  }
  return notifications;
}

function muting(by: readonly string[]): AlertmanagerApi {
  return { muted: async () => [{ labels: { alertname: "Lag" }, by }] };
}

describe("a scenario", () => {
  test("asks nothing of notifications where nobody listens", () =>
    onStack(async (rig) => {
      const live = await played(rig, { notifications: null });
      expect([live?.report.ok, live?.told]).toEqual([true, []]);
    }));

  test("is proven when people were told of its alert and of its end", () =>
    onStack(async (rig) => {
      const notifications = sent(
        rig,
        [FIRING_AT_MS + 20_000, "firing"],
        [RESOLVED_AT_MS + 20_000, "resolved"],
      );
      const live = await played(rig, { notifications });
      expect(live?.report.ok).toBe(true);
      expect(live?.told).toMatchObject([{ receivers: ["pager"], muted_by: [] }]);
      expect(live?.told[0]?.notified_at_s).toBeGreaterThan(live?.report.alerts[0]?.firing_at_s ?? 1e9);
    }));

  test("waits for what people are told after its end", () =>
    onStack(async (rig) => {
      const short = { ...rig.options.scenarios[0], settle: "2m" } as Scenario;
      const late = RESOLVED_AT_MS + 150_000;
      const notifications = sent(rig, [FIRING_AT_MS + 20_000, "firing"], [late, "resolved"]);
      const waits: DrillProgress[] = [];
      const onProgress = (event: DrillProgress) => {
        if (event.state === "phase" && event.phase.kind === "waiting for notifications") waits.push(event);
      };
      const live = await played(rig, {
        notifications,
        notifyWithinMs: 200_000,
        scenarios: [short],
        onProgress,
      });
      expect(waits).toHaveLength(1);
      expect(live?.report.ok).toBe(true);
      expect(live?.told[0]?.resolved_notified_at_s).toBeGreaterThan(live?.report.end_s ?? 1e9);
    }));

  test("fails when nobody was told", () =>
    onStack(async (rig) => {
      const live = await played(rig, { notifications: [] });
      expect(live?.report.ok).toBe(false);
      expect(live?.report.alerts[0]?.reasons).toEqual([
        "nobody was notified that it fired",
        "nobody was notified that it resolved",
      ]);
    }));

  test("fails when people were told late", () =>
    onStack(async (rig) => {
      const notifications = sent(
        rig,
        [FIRING_AT_MS + 60_000, "firing"],
        [RESOLVED_AT_MS + 20_000, "resolved"],
      );
      const live = await played(rig, { notifications, notifyWithinMs: 30_000 });
      expect(live?.report.alerts[0]?.reasons).toEqual([
        expect.stringMatching(/^it took [456]\d\.\d s to notify that it fired$/),
      ]);
    }));

  test("is proven when nobody was told because another alert speaks for it", () =>
    onStack(async (rig) => {
      const live = await played(rig, { notifications: [], alertmanager: muting(["Worse"]) });
      expect(live?.report.ok).toBe(true);
      expect(live?.told).toMatchObject([{ notified_at_s: null, muted_by: ["Worse"] }]);
    }));

  test("fails when Alertmanager does not tell what it mutes, which is said once", () =>
    onStack(async (rig) => {
      const alertmanager = { muted: () => Promise.reject(new Error("connection refused")) };
      const live = await played(rig, { alertmanager });
      expect(live?.report.findings).toEqual(["Alertmanager did not tell what it mutes: connection refused"]);
    }));

  test("fails when Prometheus does not answer for a while, and goes on", () =>
    onStack(async (rig) => {
      const { prometheus } = rig.options;
      let asked = 0;
      const rules = () => {
        // Those of a stack that is to be quiet come first.
        if (++asked > 12 && asked < 15) return Promise.reject(new Error("timeout"));
        return prometheus.rules();
      };
      const live = await played(rig, { prometheus: { ...prometheus, rules } });
      expect(live?.report.findings).toEqual(["Prometheus did not tell the states of its rules: timeout"]);
      expect(live?.report.alerts[0]?.reasons).toEqual(["the scenario has findings"]);
      expect(live?.report.faults).toMatchObject([{ fault: "redis-latency", hits: 1 }]);
    }));

  test("that cannot be judged, because Prometheus has no samples to give, is not proven", () =>
    onStack(async (rig) => {
      const samples = () => Promise.reject(new DashstreamError("server_unreachable", "no answer"));
      const live = await played(rig, { prometheus: { ...rig.options.prometheus, samples } });
      expect(live?.report.findings).toEqual(["it was not played to its end: no answer"]);
      expect(rig.asked).toContain("clear redis-latency");
    }));
});
