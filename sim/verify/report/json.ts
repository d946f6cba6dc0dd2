// The report as one JSON document. All that differs between two runs with one seed is in its part `run`; the rest is the
// same byte for byte, because every key has its place here.

import type {
  AlertProof,
  FaultReport,
  OtherAlert,
  RunReport,
  ScenarioReport,
  VerifyReport,
} from "./report.ts";

/** The document, to be written by `JSON.stringify`. Charts are left out. */
export function verifyDocument(report: VerifyReport): object {
  return {
    version: report.version,
    seed: report.seed,
    engine: report.engine,
    ok: report.ok,
    alerts: report.alerts.map(proofDocument),
    scenarios: report.scenarios.map(scenarioDocument),
    findings: report.findings,
    run: runDocument(report.run),
  };
}

function proofDocument(proof: AlertProof): AlertProof {
  return {
    alert: proof.alert,
    name: proof.name,
    scenario: proof.scenario,
    severity: proof.severity,
    proven: proof.proven,
    pending_at_s: proof.pending_at_s,
    firing_at_s: proof.firing_at_s,
    resolved_at_s: proof.resolved_at_s,
    detection_s: proof.detection_s,
    unexpected: proof.unexpected,
    labels: sorted(proof.labels),
    annotations: sorted(proof.annotations),
    instead: proof.instead.map(({ labels, ...times }) => ({ labels: sorted(labels), ...times })),
    reasons: proof.reasons,
  };
}

function scenarioDocument(scenario: ScenarioReport): Omit<ScenarioReport, "charts"> {
  return {
    scenario: scenario.scenario,
    summary: scenario.summary,
    ok: scenario.ok,
    warm_up_s: scenario.warm_up_s,
    cleared_at_s: scenario.cleared_at_s,
    end_s: scenario.end_s,
    faults: scenario.faults.map(faultDocument),
    alerts: scenario.alerts.map(proofDocument),
    others: scenario.others.map(otherDocument),
    findings: scenario.findings,
  };
}

function faultDocument({ fault, params, applied_at_s, cleared_at_s, hits }: FaultReport): FaultReport {
  return { fault, params: sorted(params), applied_at_s, cleared_at_s, hits };
}

function otherDocument(other: OtherAlert): OtherAlert {
  return {
    alert: other.alert,
    labels: sorted(other.labels),
    firing_at_s: other.firing_at_s,
    resolved_at_s: other.resolved_at_s,
    because: other.because,
  };
}

/** The part that differs between runs. */
export function runDocument(run: RunReport): RunReport {
  return {
    real_seconds: run.real_seconds,
    virtual_seconds: run.virtual_seconds,
    workers: run.workers,
    max_rss_bytes: run.max_rss_bytes,
    runtime: run.runtime,
    platform: run.platform,
    started_at: run.started_at,
  };
}

/** The same entries in the order of their names. */
function sorted<V>(entries: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
