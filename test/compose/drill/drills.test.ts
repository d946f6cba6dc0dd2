// Every alert of the runbook, live: each scenario is played on a stack of real components with rules many times as fast, and
// must come to the verdict that it has in virtual time (test/sim/verify/all-scenarios.test.ts). What three stacks on one
// machine may have spoilt is played a second time, as fast, beside one other stack at most, and said in a note.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DrillReport } from "../../../sim/drill/drill-report.ts";
import type { Scenario } from "../../../sim/scenarios/scenario.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { runIsolated } from "../../support/isolated.ts";
import { describeTimed, LONG_TEST_MS } from "../../support/long-suites.ts";
import { describeReal } from "../../support/real-components.ts";

const MAIN = join(import.meta.dir, "main.ts");
const FAST = 60;
/** The fastest that plays the others, in which services are restarted. */
const SLOW = 10;

/** More than these are not the fault of the machine. */
const MAX_SECOND_TIMES = 5;

interface Part {
  readonly scale: number;
  readonly scenarios: readonly string[];
}

/** Each has a stack of its own. */
const PARTS: readonly Part[] = [
  { scale: FAST, scenarios: namesOf((scenario, index) => scaleOf(scenario) === FAST && index % 2 === 0) },
  { scale: FAST, scenarios: namesOf((scenario, index) => scaleOf(scenario) === FAST && index % 2 === 1) },
  { scale: SLOW, scenarios: namesOf((scenario) => scaleOf(scenario) === SLOW) },
];

function scaleOf({ max_scale }: Scenario): number {
  return max_scale >= FAST ? FAST : SLOW;
}

function namesOf(fits: (scenario: Scenario, index: number) => boolean): readonly string[] {
  return SCENARIOS.filter(fits).map(({ name }) => name);
}

async function drilled(
  dir: string,
  { scale, scenarios: [first = "", ...others] }: Part,
): Promise<DrillReport> {
  const out = join(dir, `${first}.json`);
  const only = [first, ...others].join(",");
  // Virtual time has a test of its own, which proves the same alerts in the same scenarios.
  const flags = ["--json", out, "--scale", String(scale), "--only", only, "--", "--no-compare"];
  await runIsolated([process.execPath, MAIN, ...flags]);
  return JSON.parse(readFileSync(out, "utf8"));
}

/** All that is played at that scale. */
async function drilledAt(dir: string, speed: number): Promise<readonly DrillReport[]> {
  const parts = PARTS.filter(({ scale }) => scale === speed);
  const reports = await Promise.all(parts.map((part) => drilled(dir, part)));
  const failed = reports.flatMap(({ scenarios }) => scenarios.filter(({ ok }) => !ok));
  if (failed.length === 0 || failed.length > MAX_SECOND_TIMES) return reports;
  for (const { scenario, findings, alerts } of failed) {
    const [why] = [...findings, ...alerts.flatMap(({ reasons }) => reasons)];
    process.stderr.write(`note: ${scenario} is played a second time: ${why}\n`);
  }
  const names = failed.map(({ scenario }) => scenario);
  const second = await drilled(dir, { scale: speed, scenarios: names });
  return [...reports.map((report) => reportOf(report, ({ scenario }) => !names.includes(scenario))), second];
}

function reportOf(report: DrillReport, isOf: (part: { scenario: string }) => boolean): DrillReport {
  return {
    ...report,
    scenarios: report.scenarios.filter(isOf),
    alerts: report.alerts.filter(isOf),
    notifications: report.notifications.filter(isOf),
  };
}

describeTimed("drills", () => {
  describeReal(
    ["kafka-3.9", "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"],
    "live",
    () => {
      const dir = mkdtempSync(join(tmpdir(), "dashstream-drill-test-"));
      let reports: readonly DrillReport[];

      beforeAll(async () => {
        reports = (await Promise.all([FAST, SLOW].map((scale) => drilledAt(dir, scale)))).flat();
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

      test("everything was played, and put back", () => {
        expect(reports.flatMap(({ skipped }) => skipped)).toEqual([]);
        expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
      });

      test.each(ALERTS.map(({ name }) => name))("%s is proven live", (name) => {
        const proofs = reports.flatMap(({ alerts }) => alerts).filter(({ alert }) => alert === name);
        expect(proofs).not.toEqual([]);
        expect(proofs.filter(({ proven }) => !proven)).toEqual([]);
      });

      test("people are told of each alert and of its end, unless another one speaks for it", () => {
        const notifications = reports.flatMap((report) => report.notifications);
        const muted = notifications.filter(({ muted_by }) => muted_by.length > 0);
        expect(muted.map(({ alert, muted_by }) => `${alert} by ${muted_by}`)).toContain(
          "DashStreamDlqSendFailures by DLQItselfBroken",
        );
        // What fires always never resolves.
        const told = notifications.filter(
          ({ muted_by, resolved_at_s }) => muted_by.length === 0 && resolved_at_s !== null,
        );
        expect(told.length).toBeGreaterThan(muted.length);
        for (const { notified_at_s, resolved_notified_at_s } of told) {
          expect(notified_at_s).not.toBeNull();
          expect(resolved_notified_at_s).not.toBeNull();
        }
      });
    },
  );
});
