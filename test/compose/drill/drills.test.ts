// Every alert of the runbook, live: each scenario is played on a stack of real components with rules many times as fast, and
// must come to the verdict that it has in virtual time (test/sim/verify/all-scenarios.test.ts).

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DrillReport } from "../../../sim/drill/drill-report.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { ended, spawnTied } from "../../support/child-process.ts";
import { isolated } from "../../support/isolated.ts";
import { describeLong, LONG_TEST_MS } from "../../support/long-suites.ts";
import { describeReal } from "../../support/real-components.ts";

const MAIN = join(import.meta.dir, "main.ts");
const FAST = 60;
/** The fastest that plays the others, which are about how long a deploy takes. */
const SLOW = 10;

const slowScenarios = SCENARIOS.filter((scenario) => scenario.max_scale < FAST);
const alertsOf = (scenarios: typeof SCENARIOS) =>
  scenarios.flatMap(({ expect: all }) => all.map(({ alert }) => alert));

/** A drill on a stack of its own. */
async function drilled(dir: string, scale: number, args: readonly string[]): Promise<DrillReport> {
  const out = join(dir, `scale-${scale}.json`);
  // Virtual time has a test of its own, which proves the same alerts in the same scenarios.
  const flags = ["--json", out, "--scale", String(scale), ...args, "--", "--no-compare"];
  const command = [process.execPath, MAIN, ...flags];
  const [program = "", ...rest] = isolated(command);
  await ended(spawnTied([program, ...rest], { stdio: ["ignore", "inherit", "inherit"] }));
  return JSON.parse(readFileSync(out, "utf8"));
}

describeLong("drills", () => {
  describeReal(
    ["kafka-3.9", "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"],
    "live",
    () => {
      const dir = mkdtempSync(join(tmpdir(), "dashstream-drill-test-"));
      let fast: DrillReport;
      let reports: readonly DrillReport[];

      beforeAll(async () => {
        const slow = alertsOf(slowScenarios).join(",");
        reports = await Promise.all([drilled(dir, FAST, []), drilled(dir, SLOW, ["--only", slow])]);
        fast = reports[0] as DrillReport;
      }, LONG_TEST_MS);
      afterAll(() => rmSync(dir, { recursive: true }));

      test.each(SCENARIOS.map(({ name }) => name))("the scenario %s", (name) => {
        const played = reports
          .flatMap((report) => report.scenarios)
          .filter(({ scenario }) => scenario === name);
        expect(played).toHaveLength(1);
        const [{ findings, alerts, ok } = { findings: [], alerts: [], ok: false }] = played;
        expect(findings).toEqual([]);
        expect(alerts.filter(({ proven }) => !proven)).toEqual([]);
        expect(ok).toBe(true);
      });

      test("what cannot be played so fast is said to be left out", () => {
        expect(fast.skipped.map(({ scenario }) => scenario)).toEqual(slowScenarios.map(({ name }) => name));
      });

      test.each(ALERTS.map(({ name }) => name))("%s is proven live", (name) => {
        const proofs = reports.flatMap(({ alerts }) => alerts).filter(({ alert }) => alert === name);
        expect(proofs).not.toEqual([]);
        expect(proofs.filter(({ proven }) => !proven)).toEqual([]);
      });

      test("people are told of each alert and of its end, unless another one speaks for it", () => {
        const muted = fast.notifications.filter(({ muted_by }) => muted_by.length > 0);
        expect(muted.map(({ alert, muted_by }) => `${alert} by ${muted_by}`)).toContain(
          "DashStreamDlqSendFailures by DLQItselfBroken",
        );
        const told = fast.notifications.filter(({ muted_by }) => muted_by.length === 0);
        expect(told.length).toBeGreaterThan(muted.length);
        for (const { notified_at_s, resolved_notified_at_s } of told) {
          expect(notified_at_s).not.toBeNull();
          expect(resolved_notified_at_s).not.toBeNull();
        }
      });
    },
  );
});
