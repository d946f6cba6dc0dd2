// The coverage of users' rules as one JSON document, its keys always in the same order; `run` is all that differs
// between two runs with one seed.

import type { FilePosition } from "../../../../src/promql/rules/rule.ts";
import { runDocument } from "../json.ts";
import type { AlertCoverage, CoverageReport, Raise, Silence } from "./coverage.ts";
import { coverageFindings, silenceText } from "./findings.ts";

/** The document, to be written by `JSON.stringify`. `ok` is that there are no findings. */
export function coverageDocument(report: CoverageReport): object {
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

function raiseDocument({ alert, scenario, firing_at_s, detection_s, resolved_at_s }: Raise): Raise {
  return { alert, scenario, firing_at_s, detection_s, resolved_at_s };
}

function positionDocument({ file, line, column }: FilePosition): FilePosition {
  return { file, line, column };
}

function silenceDocument(silence: Silence): object {
  const reason = silenceText(silence);
  switch (silence.kind) {
    case "unknown-series": {
      const unknown = silence.unknown.map(({ series, position, nearest }) => ({
        series,
        ...positionDocument(position),
        nearest,
      }));
      return { kind: silence.kind, reason, unknown };
    }
    case "no-samples":
      return { kind: silence.kind, reason, selector: silence.selector };
    case "threshold-not-reached": {
      const { kind, comparison, threshold, nearest, scenario } = silence;
      return { kind, reason, comparison, threshold, nearest, scenario };
    }
    case "too-short": {
      const { kind, for_s, longest_s, scenario } = silence;
      return { kind, reason, for_s, longest_s, scenario };
    }
    case "no-result":
      return { kind: silence.kind, reason };
  }
}
