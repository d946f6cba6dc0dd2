// What a drill says on a terminal beside what a verification says.

import { describe, expect, test } from "bun:test";
import { type DrillReport, drillText, interruptionText } from "../../../sim/drill/drill-report.ts";
import { createPrinter } from "../../../src/cli/printer.ts";
import { printBlocks } from "../../../src/cli/text-blocks.ts";
import { RecordedOutput } from "../../cli/cli-rig.ts";
import { PASSING_REPORT } from "../verify/report/sample-report.ts";

function printed(parts: Partial<DrillReport>): readonly string[] {
  const stdout = new RecordedOutput();
  const report: DrillReport = {
    ...PASSING_REPORT,
    engine: "prometheus",
    scale: 60,
    notifications: [],
    skipped: [],
    comparison: [],
    putBack: [],
    ...parts,
  };
  printBlocks(createPrinter(stdout, new RecordedOutput(), {}), drillText(report));
  return stdout.lines;
}

test("its times are said to be real ones, and what a second of them is in the scenario", () => {
  expect(printed({}).slice(-3)).toEqual([
    "times are real ones, from the start of each scenario: at scale 60 a second of them is 1m of the scenario",
    "seed 7, evaluated by prometheus",
    "4 of 4 alerts proven in 5 scenarios, live in 41 s",
  ]);
  expect(printed({ scale: 1 })).toContain("times are real ones, from the start of each scenario");
});

test("who was told is said with how long that took, after firing and after resolving", () => {
  const told = {
    alert: "Lag",
    scenario: "lag-high",
    firing_at_s: 60,
    notified_at_s: 62.5,
    resolved_at_s: 90,
    resolved_notified_at_s: 120,
    receivers: ["pager", "chat"],
    muted_by: [],
  };
  const always = { ...told, alert: "Watchdog", firing_at_s: -3600, notified_at_s: 5, resolved_at_s: null };
  const muted = {
    ...told,
    alert: "Low",
    notified_at_s: null,
    resolved_notified_at_s: null,
    receivers: [],
    muted_by: ["Lag"],
  };
  const notifications = [told, { ...always, resolved_notified_at_s: null }, muted];
  const table = printed({ notifications })
    .slice(0, 4)
    .map((row) => row.split(/ {2,}/));
  expect(table).toEqual([
    [
      ...["alert", "scenario", "fired", "notified (after firing)", "resolved"],
      ...["resolution notified (after)", "receivers", "muted by alerts"],
    ],
    ["Lag", "lag-high", "1m", "2.5s", "1m30s", "30s", "pager, chat"],
    ["Watchdog", "lag-high", "-1h", "5s", "-", "-", "pager, chat"],
    ["Low", "lag-high", "1m", "-", "1m30s", "-", "", "Lag"].filter((cell) => cell !== ""),
  ]);
});

test("the comparison is said to be in the time of the scenarios", () => {
  const compared = {
    alert: "Lag",
    scenario: "lag-high",
    live_proven: true,
    virtual_proven: true,
    live_detection_s: 330,
    virtual_detection_s: 345,
    difference_s: -15,
  };
  expect(printed({ comparison: [compared] }).slice(0, 3)).toEqual([
    "compared with virtual time, in the time of the scenarios",
    "alert  scenario  live    virtual  detection live  virtual  difference",
    "Lag    lag-high  proven  proven   5m30s           5m45s    -15s",
  ]);
});

describe("an interrupted drill ends with", () => {
  test.each([
    ["nothing", [], [], "interrupted; no fault was in force, and nothing had to be put back"],
    [
      "what was put back, and what could not be",
      ["fault redis-down is cleared", "exporter is started again"],
      ["not everything could be put back: no"],
      "interrupted; fault redis-down is cleared; exporter is started again; not everything could be put back: no",
    ],
  ])("%s", (_, putBack, findings, text) => {
    expect(interruptionText({ putBack, findings })).toBe(text);
  });
});
