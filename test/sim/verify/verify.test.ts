// Reports about several scenarios, of which each process gives the verdict that a test wants.

import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ScenarioResult } from "../../../sim/verify/job.ts";
import type { VerifyProgress } from "../../../sim/verify/report/report.ts";
import { NO_TARGET_LABELS } from "../../../sim/verify/site/target-labels.ts";
import { type VerifyOptions, verify } from "../../../sim/verify/verify.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { SAMPLE_REPORT } from "./report/sample-report.ts";
import { smallScenario } from "./small-scenario.ts";

/** Gives this answer to every line. */
function answering(result: ScenarioResult) {
  const answer = JSON.stringify({ ok: true, result, maxRssBytes: 1_000_000 });
  return () =>
    spawn("/bin/sh", ["-c", 'while read -r line; do printf "%s\\n" "$0"; done', answer], { stdio: "pipe" });
}

function resultOf(alert: string, ok: boolean): ScenarioResult {
  const [report] = SAMPLE_REPORT.scenarios;
  const [proof] = SAMPLE_REPORT.alerts;
  if (report === undefined || proof === undefined) throw new Error("the sample is empty");
  return { report: { ...report, ok, alerts: [{ ...proof, alert, proven: ok }] }, virtualSeconds: 360 };
}

function verified(options: Partial<VerifyOptions>) {
  return verify({
    scenarios: [smallScenario({ name: "first" }), smallScenario({ name: "second" })],
    rules: [],
    known: { A: {} },
    seed: 7,
    targetLabels: NO_TARGET_LABELS,
    charts: false,
    promtool: null,
    complete: true,
    workers: 3,
    startWorker: answering(resultOf("A", true)),
    clock: manualClock(Date.UTC(2026, 0, 1)),
    build: { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1" },
    ...options,
  });
}

describe("a report", () => {
  test("is ok if every scenario is, and every alert was tried", async () => {
    const report = await verified({});
    expect(report).toMatchObject({ ok: true, findings: [], seed: 7, version: "1.2.3", engine: "dashstream" });
    expect(report.alerts.map(({ alert }) => alert)).toEqual(["A", "A"]);
    expect(report.run).toMatchObject({
      real_seconds: 0,
      virtual_seconds: 720,
      workers: 2,
      runtime: "bun 1",
      started_at: "2026-01-01T00:00:00.000Z",
    });
    expect(report.run.max_rss_bytes).toBeGreaterThan(2_000_000);
  });

  test("names alerts that no scenario proves, unless only some scenarios are run", async () => {
    const known = { A: {}, B: {} };
    expect(await verified({ known })).toMatchObject({ ok: false, findings: ["no scenario proves B"] });
    expect(await verified({ known, complete: false })).toMatchObject({ ok: true, findings: [] });
  });

  test("is not ok if a scenario is not", async () => {
    const startWorker = answering(resultOf("A", false));
    expect(await verified({ startWorker })).toMatchObject({ ok: false, findings: [] });
  });

  test("says which engine agreed", async () => {
    expect((await verified({ promtool: "promtool" })).engine).toBe("promtool");
  });
});

test("progress tells of the start and the end of each scenario, and how many are done", async () => {
  const events: VerifyProgress[] = [];
  await verified({ workers: 1, onProgress: (event) => events.push(event) });
  expect(events).toEqual([
    { scenario: "first", state: "started", done: 0, total: 2 },
    { scenario: "first", state: "passed", done: 1, total: 2 },
    { scenario: "second", state: "started", done: 1, total: 2 },
    { scenario: "second", state: "passed", done: 2, total: 2 },
  ]);
});
