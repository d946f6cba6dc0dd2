// The coverage of users' rules as one JSON document, its keys always in the same order; `run` is all that differs
// between two runs with one seed.

import type { FilePosition } from "../../../../src/promql/rules/rule.ts";
import { runDocument } from "../json.ts";
import type {
  AlertCoverage,
  CoverageReport,
  Raise,
  Silence,
  UnknownSeries,
  UnknownValue,
} from "./coverage.ts";
import { coverageFindings, silenceText } from "./findings.ts";

/** The document, to be written by `JSON.stringify`. `ok` is that there are no findings. */
export function coverageDocument(report: CoverageReport) {
  const findings = coverageFindings(report);
  return {
    version: report.version,
    seed: report.seed,
    engine: report.engine,
    ok: findings.length === 0,
    files: report.files,
    alerts: report.alerts.map(alertDocument),
    faults: report.faults.map(({ scenario, faults, noticed_by }) => ({
      scenario,
      faults,
      first: noticed_by[0]?.alert ?? null,
      noticed_by: noticed_by.map(raiseDocument),
    })),
    problems: report.problems.map(({ rule, position, reason }) => ({
      rule,
      ...positionDocument(position),
      reason,
    })),
    unknown: report.unknown.map(({ rule, ...unknown }) => ({ rule, ...unknownDocument(unknown) })),
    unknown_values: report.unknown_values.map(unknownValueDocument),
    scenario_findings: report.scenario_findings.map(({ scenario, finding }) => ({ scenario, finding })),
    findings,
    run: runDocument(report.run),
  };
}

function alertDocument({ alert, position, severity, raised_by, silence, without_fault }: AlertCoverage) {
  return {
    alert,
    ...positionDocument(position),
    severity,
    raised_by: raised_by.map(raiseDocument),
    silence: silence === null ? null : silenceDocument(silence),
    without_fault,
  };
}

function raiseDocument({ alert, position, scenario, firing_at_s, detection_s, resolved_at_s }: Raise) {
  return { alert, ...positionDocument(position), scenario, firing_at_s, detection_s, resolved_at_s };
}

function unknownDocument({ series, position, nearest }: UnknownSeries) {
  return { series, ...positionDocument(position), nearest };
}

function unknownValueDocument(use: UnknownValue) {
  const { rule, series, label, matcher, position, values, nearest, target_label } = use;
  return { rule, series, label, matcher, ...positionDocument(position), values, nearest, target_label };
}

function positionDocument({ file, line, column }: FilePosition): FilePosition {
  return { file, line, column };
}

function silenceDocument(silence: Silence): object {
  const { kind, ...facts } = silence;
  const reason = silenceText(silence);
  if (silence.kind === "unknown-series")
    return { kind, reason, unknown: silence.unknown.map(unknownDocument) };
  return { kind, reason, ...facts };
}
