// The whole verification, as `dashstream verify` runs it: every alert proven, by every scenario that names it.

import { expect, test } from "bun:test";
import { SCENARIOS } from "../../../sim/scenarios/scenarios.ts";
import type { VerifyReport } from "../../../sim/verify/report/report.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { startProgram } from "../../cli/process-rig.ts";
import { describeLong, LONG_TEST_MS } from "../../support/long-suites.ts";

/** All that is wrong, so that the output of a failing run says why. */
function failures({ scenarios, findings }: VerifyReport): readonly string[] {
  return [
    ...findings,
    ...scenarios.flatMap(({ scenario, ...report }) => [
      ...report.findings.map((finding) => `${scenario}: ${finding}`),
      ...report.alerts.flatMap(({ alert, reasons }) =>
        reasons.map((reason) => `${scenario}: ${alert}: ${reason}`),
      ),
      ...report.others
        .filter(({ because }) => because === null)
        .map(({ alert, labels }) => `${scenario}: ${alert} fired: ${JSON.stringify(labels)}`),
    ]),
  ];
}

describeLong("dashstream verify", () => {
  test(
    "proves every alert, and each scenario raises what it declares and nothing else",
    async () => {
      const program = startProgram(["verify", "--json", "--workers", "2"]);
      const { exitCode, stderr } = await program.ended();
      if (program.lines.length === 0) throw new Error(`no report, exit code ${exitCode}: ${stderr}`);
      expect(stderr).toBe("");
      const report = JSON.parse(program.lines.join("\n")) as VerifyReport;
      const { alerts, scenarios } = report;
      expect(failures(report)).toEqual([]);
      expect(new Set(alerts.map(({ alert }) => alert))).toEqual(new Set(ALERTS.map(({ name }) => name)));
      expect(scenarios.map(({ scenario }) => scenario)).toEqual(SCENARIOS.map(({ name }) => name));
      expect(report.ok).toBe(true);
      expect(exitCode).toBe(0);
      process.stdout.write(`note: ${report.run.real_seconds} s, ${report.run.max_rss_bytes} bytes\n`);
    },
    LONG_TEST_MS,
  );
});
