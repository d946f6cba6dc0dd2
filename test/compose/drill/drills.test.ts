// Every alert of the runbook, live: each scenario is played on a stack of real components, with the executable as users get
// it and rules many times as fast, and must come to the verdict that it has in virtual time
// (test/sim/verify/all-scenarios.test.ts). What several stacks on one machine may have spoilt is played a second time, as
// fast, with the machine for itself, and said in a note.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DrillReport } from "../../../sim/drill/drill-report.ts";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { buildExecutable } from "../../support/executable.ts";
import { runIsolated } from "../../support/isolated.ts";
import { USUAL_KAFKA } from "../../support/kafka/usual-kafka.ts";
import { describeTimed, LONG_TEST_MS } from "../../support/long-suites.ts";
import { describeReal } from "../../support/real-components.ts";
import { type Lane, lanesOf, type Part, type Speeds } from "./lanes.ts";

const MAIN = join(import.meta.dir, "main.ts");
const SPEEDS: Speeds = { fast: 60, slow: 10 };
/** Stacks at once: what two processors bear. */
const LANES = 3;
/** More than these are not the fault of the machine. */
const MAX_SECOND_TIMES = 5;

/** Where reports go, and the executable that the stacks run. */
interface Place {
  readonly dir: string;
  readonly binary: string;
}

async function drilled(
  { dir, binary }: Place,
  { scale, scenarios: [first = "", ...others] }: Part,
): Promise<DrillReport> {
  const out = join(dir, `${first}.json`);
  const only = [first, ...others].join(",");
  // Virtual time has a test of its own, which proves the same alerts in the same scenarios.
  const flags = ["--json", out, "--binary", binary, "--scale", String(scale), "--only", only];
  await runIsolated([process.execPath, MAIN, ...flags, "--", "--no-compare"]);
  return JSON.parse(readFileSync(out, "utf8"));
}

async function drilledInOrder(place: Place, lane: Lane): Promise<readonly DrillReport[]> {
  const reports: DrillReport[] = [];
  for (const part of lane) reports.push(await drilled(place, part));
  return reports;
}

/** All scenarios, each judged by the last time it was played. */
async function drilledAll(place: Place): Promise<readonly DrillReport[]> {
  const lanes = lanesOf(SCENARIOS, LANES, SPEEDS);
  const reports = (await Promise.all(lanes.map((lane) => drilledInOrder(place, lane)))).flat();
  const failed = reports.flatMap(({ scenarios }) => scenarios.filter(({ ok }) => !ok));
  if (failed.length === 0 || failed.length > MAX_SECOND_TIMES) return reports;
  for (const { scenario, findings, alerts } of failed) {
    const [why] = [...findings, ...alerts.flatMap(({ reasons }) => reasons)];
    process.stderr.write(`note: ${scenario} is played a second time: ${why}\n`);
  }
  const names = new Set(failed.map(({ scenario }) => scenario));
  const [again = []] = lanesOf(
    SCENARIOS.filter(({ name }) => names.has(name)),
    1,
    SPEEDS,
  );
  const second = await drilledInOrder(place, again);
  return [...reports.map((report) => reportOf(report, ({ scenario }) => !names.has(scenario))), ...second];
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
    [USUAL_KAFKA, "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"],
    "live",
    () => {
      const dir = mkdtempSync(join(tmpdir(), "dashstream-drill-test-"));
      let reports: readonly DrillReport[];

      beforeAll(async () => {
        reports = await drilledAll({ dir, binary: await buildExecutable(dir) });
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
