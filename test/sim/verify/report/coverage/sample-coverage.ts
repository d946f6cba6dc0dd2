// Coverage of a rule file of somebody else: alerts that are raised, one of each kind that is not, a fault that nothing
// notices, a rule that cannot be evaluated, one that fires without a fault, and a
// fault that did not take.

import type {
  AlertCoverage,
  CoverageReport,
  Raise,
  Silence,
} from "../../../../../sim/verify/report/coverage/coverage.ts";
import { SAMPLE_REPORT } from "../sample-report.ts";

const FILE = "team.rules.yaml";
const at = (line: number, column = 9) => ({ file: FILE, line, column });

function raise(alert: string, line: number, scenario: string, detectionS: number): Raise {
  return {
    alert,
    position: at(line),
    scenario,
    firing_at_s: 360 + detectionS,
    detection_s: detectionS,
    resolved_at_s: 1100,
  };
}

const gaps = raise("TeamGaps", 4, "sequence-gap", 90);
const gapsOfCorruption = raise("TeamGaps", 4, "corrupt-payload", 210);
const errors = raise("TeamErrors", 10, "corrupt-payload", 45);

function silent(alert: string, line: number, silence: Silence): AlertCoverage {
  return { alert, position: at(line), severity: null, raised_by: [], silence, without_fault: [] };
}

export const SAMPLE_COVERAGE: CoverageReport = {
  version: "1.2.3",
  seed: 7,
  engine: "dashstream",
  files: [FILE],
  alerts: [
    {
      alert: "TeamGaps",
      position: at(4),
      severity: "page",
      raised_by: [gaps, gapsOfCorruption],
      silence: null,
      without_fault: [],
    },
    {
      alert: "TeamErrors",
      position: at(10),
      severity: "ticket",
      raised_by: [errors],
      silence: null,
      without_fault: ["healthy-hour"],
    },
    silent("TeamTypo", 16, {
      kind: "unknown-series",
      unknown: [
        {
          series: "websocket_droped_messages_total",
          position: at(17, 22),
          nearest: "websocket_dropped_messages_total",
        },
        { series: "node_load1", position: at(17, 60), nearest: null },
      ],
    }),
    silent("TeamElsewhere", 20, {
      kind: "no-samples",
      selector: 'up{job="other",zone="a"}',
      mismatches: [
        { label: "job", values: ["one", "two"], target_label: "job=other" },
        { label: "zone", values: [], target_label: null },
      ],
    }),
    silent("TeamLag", 24, {
      kind: "threshold-not-reached",
      value: "max(lag)",
      comparison: ">",
      threshold: 1_000_000,
      nearest: 24_000.000000001,
      scenario: "process-kill",
    }),
    silent("TeamSlow", 28, { kind: "too-short", for_s: 3600, longest_s: 615, scenario: "corrupt-payload" }),
    silent("TeamNothing", 32, { kind: "no-result", expr: "rate(up[10s])" }),
    silent("TeamBoth", 36, { kind: "never-held", condition: "a > b" }),
    silent("TeamWatchdog", 44, { kind: "always" }),
  ],
  faults: [
    { scenario: "sequence-gap", faults: ["sequence-gap"], noticed_by: [gaps] },
    {
      scenario: "corrupt-payload",
      faults: ["corrupt-payload"],
      noticed_by: [errors, gapsOfCorruption],
    },
    { scenario: "dlq-hang", faults: ["corrupt-payload", "dlq-hang"], noticed_by: [] },
  ],
  problems: [
    {
      rule: "team:errors:ratio",
      position: at(40),
      reason: 'many-to-many matching: both sides have {job="a"} twice',
    },
  ],
  unknown: [
    {
      rule: "TeamTypo",
      series: "websocket_droped_messages_total",
      position: at(17, 22),
      nearest: "websocket_dropped_messages_total",
    },
    { rule: "TeamTypo", series: "node_load1", position: at(17, 60), nearest: null },
  ],
  unknown_values: [
    {
      rule: "TeamTypo",
      series: "websocket_kafka_messages_total",
      matcher: 'status="sucess"',
      label: "status",
      position: at(18, 30),
      values: ["success", "error", "old_data_error"],
      nearest: "success",
      target_label: null,
    },
    {
      rule: "TeamTypo",
      series: "websocket_kafka_messages_total",
      matcher: 'job="shop"',
      label: "job",
      position: at(18, 90),
      values: ["dashstream-infrastructure"],
      nearest: null,
      target_label: "job=shop",
    },
  ],
  scenario_findings: [
    { scenario: "dlq-hang", finding: "fault dlq-hang did not take: nothing was broken by it" },
  ],
  run: SAMPLE_REPORT.run,
};

/** The same with nothing wrong in the rules. */
export const SOUND_COVERAGE: CoverageReport = {
  ...SAMPLE_COVERAGE,
  alerts: SAMPLE_COVERAGE.alerts
    .filter(({ silence }) => silence?.kind !== "unknown-series")
    .map((alert) => ({ ...alert, without_fault: [] })),
  problems: [],
  unknown: [],
  unknown_values: [],
  scenario_findings: [],
};
