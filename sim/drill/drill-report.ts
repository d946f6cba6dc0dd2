// What a drill found: the report of a verification, and what only a live stack can tell, namely who was told when, and how
// its times compare with those of virtual time.

import { durationText } from "../scenarios/duration.ts";
import { verifyDocument } from "../verify/report/json.ts";
import type { VerifyReport } from "../verify/report/report.ts";
import { verifyText } from "../verify/report/text.ts";
import { line, listBlocks, type TableBlock, type TextBlock } from "../verify/report/text-block.ts";
import type { TimelineComparison } from "./comparison.ts";
import type { SkippedScenario } from "./drill.ts";
import type { Told } from "./told.ts";

export interface ToldAlert extends Told {
  readonly alert: string;
  readonly scenario: string;
  readonly firing_at_s: number | null;
  readonly resolved_at_s: number | null;
}

export interface DrillReport extends VerifyReport {
  readonly scale: number;
  /** Empty if nobody listened to Alertmanager. */
  readonly notifications: readonly ToldAlert[];
  readonly skipped: readonly SkippedScenario[];
  /** Empty if nothing was compared. */
  readonly comparison: readonly TimelineComparison[];
  /** What was put right in the end, for whoever interrupts a drill; not a part of reports. */
  readonly putBack: readonly string[];
}

/** What an interrupted drill ends with, in a sentence. */
export function interruptionText({ putBack, findings }: Pick<DrillReport, "putBack" | "findings">): string {
  const done = [...putBack, ...findings].join("; ");
  return `interrupted; ${done || "no fault was in force, and nothing had to be put back"}`;
}

/** The JSON document. */
export function drillDocument(report: DrillReport): object {
  const { scale, notifications, skipped, comparison } = report;
  return { ...verifyDocument(report), scale, notifications, skipped, comparison };
}

/** For a terminal. */
export function drillText(report: DrillReport): readonly TextBlock[] {
  const skipped = report.skipped.map(({ scenario, because }) => `${scenario}: ${because}`);
  const compared = "compared with virtual time, in the time of the scenarios";
  return [
    ...(report.comparison.length > 0 ? [line(compared), comparisonTable(report.comparison), line("")] : []),
    ...(report.notifications.length > 0 ? [notificationTable(report.notifications), line("")] : []),
    ...listBlocks("not played", skipped, "notice"),
    ...verifyText(report),
  ];
}

function notificationTable(notifications: readonly ToldAlert[]): TableBlock {
  return {
    kind: "table",
    headings: [
      "alert",
      "scenario",
      "fired",
      "notified (after firing)",
      "resolved",
      "resolution notified (after)",
      "receivers",
      "muted by alerts",
    ],
    rows: notifications.map((told) => [
      told.alert,
      told.scenario,
      time(told.firing_at_s),
      time(delay(told.firing_at_s, told.notified_at_s)),
      time(told.resolved_at_s),
      time(delay(told.resolved_at_s, told.resolved_notified_at_s)),
      told.receivers.join(", "),
      told.muted_by.join(", "),
    ]),
  };
}

/** How long after something people were told of it. */
function delay(atS: number | null, toldS: number | null): number | null {
  // What fires always did so before the scenario began.
  return atS === null || toldS === null ? null : toldS - Math.max(0, atS);
}

function comparisonTable(comparison: readonly TimelineComparison[]): TableBlock {
  return {
    kind: "table",
    headings: ["alert", "scenario", "live", "virtual", "detection live", "virtual", "difference"],
    rows: comparison.map((each) => [
      each.alert,
      each.scenario,
      verdict(each.live_proven),
      verdict(each.virtual_proven),
      time(each.live_detection_s),
      time(each.virtual_detection_s),
      time(each.difference_s),
    ]),
  };
}

function verdict(proven: boolean) {
  return proven
    ? ({ text: "proven", tone: "good" } as const)
    : ({ text: "not proven", tone: "bad" } as const);
}

function time(seconds: number | null): string | null {
  return seconds === null ? null : durationText(seconds);
}
