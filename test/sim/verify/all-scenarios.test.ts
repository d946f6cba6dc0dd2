// The whole verification, as `dashstream verify` runs it: every alert proven, by every scenario that names it.

import { expect, test } from "bun:test";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import type { VerifyReport } from "../../../sim/verify/report/report.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { startProgram } from "../../cli/process-rig.ts";
import { describeLong, LONG_TEST_MS } from "../../support/long-suites.ts";

describeLong("dashstream verify", () => {
  test(
    "proves every alert, and each scenario raises what it declares and nothing else",
    async () => {
      const program = startProgram(["verify", "--json", "--workers", "2"]);
      const { exitCode, stderr } = await program.ended();
      expect(stderr).toBe("");
      const report = JSON.parse(program.lines.join("\n")) as VerifyReport;
      const { alerts, scenarios, findings } = report;
      // First what fails, so that the output of a failing run says why.
      expect(
        scenarios.filter(({ ok }) => !ok).map(({ scenario, findings }) => ({ scenario, findings })),
      ).toEqual([]);
      expect(
        alerts
          .filter(({ proven }) => !proven)
          .map(({ alert, scenario, reasons }) => ({ alert, scenario, reasons })),
      ).toEqual([]);
      expect(findings).toEqual([]);
      expect(new Set(alerts.map(({ alert }) => alert))).toEqual(new Set(ALERTS.map(({ name }) => name)));
      expect(scenarios.map(({ scenario }) => scenario)).toEqual(SCENARIOS.map(({ name }) => name));
      expect(report.ok).toBe(true);
      expect(exitCode).toBe(0);
      process.stdout.write(`note: ${report.run.real_seconds} s, ${report.run.max_rss_bytes} bytes\n`);
    },
    LONG_TEST_MS,
  );
});
