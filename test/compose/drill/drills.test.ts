// Every alert of the runbook, live: each scenario is played on a stack of real components with rules sixty times as fast, and
// must come to the verdict that it has in virtual time.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
const SCALE = 60;

/** Those that are not played so fast, and why, as the drill says it. */
const playable = SCENARIOS.filter((scenario) => scenario.max_scale >= SCALE);
const unplayable = SCENARIOS.filter((scenario) => scenario.max_scale < SCALE);
const provenBy = (alert: string) =>
  playable.filter(({ expect: all }) => all.some((each) => each.alert === alert));

describeLong("drills", () => {
  describeReal(
    ["kafka-3.9", "redis-server", "prometheus", "prometheus-alertmanager", "jaeger"],
    "live",
    () => {
      const dir = mkdtempSync(join(tmpdir(), "dashstream-drill-test-"));
      const out = join(dir, "report.json");
      let report: DrillReport;

      beforeAll(async () => {
        const [program = "", ...args] = isolated([process.execPath, MAIN, "--json", out]);
        await ended(spawnTied([program, ...args], { stdio: ["ignore", "inherit", "inherit"] }));
        expect(existsSync(out)).toBe(true);
        report = JSON.parse(readFileSync(out, "utf8"));
      }, LONG_TEST_MS);
      afterAll(() => rmSync(dir, { recursive: true }));

      test.each(playable.map(({ name }) => name))("the scenario %s", (name) => {
        const found = report.scenarios.find(({ scenario }) => scenario === name);
        expect(found?.findings).toEqual([]);
        const unproven = found?.alerts.filter(({ proven }) => !proven);
        expect(unproven).toEqual([]);
        expect(found?.ok).toBe(true);
      });

      test("what cannot be played so fast is said to be left out", () => {
        expect(report.skipped.map(({ scenario }) => scenario)).toEqual(unplayable.map(({ name }) => name));
      });

      test.each(ALERTS.map(({ name }) => name).filter((name) => provenBy(name).length > 0))(
        "%s is proven live as in virtual time",
        (name) => {
          const compared = report.comparison.filter(({ alert }) => alert === name);
          expect(compared.length).toBeGreaterThan(0);
          for (const each of compared)
            expect(each).toMatchObject({ live_proven: true, virtual_proven: true });
        },
      );

      test("people are told of each alert and of its end, unless another one speaks for it", () => {
        const silent = report.notifications.filter(
          ({ notified_at_s, resolved_notified_at_s, muted_by }) =>
            muted_by.length === 0 && (notified_at_s === null || resolved_notified_at_s === null),
        );
        expect(silent).toEqual([]);
        expect(report.notifications.some(({ muted_by }) => muted_by.length > 0)).toBe(true);
      });
    },
  );
});
