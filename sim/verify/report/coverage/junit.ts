// Coverage of users' rules as JUnit, so that a job that fails because of rules has a case that says why. Only findings
// fail: that nothing raises an alert is a result, and its case is skipped with the reason.

import type { FilePosition } from "../../../../src/promql/rules/rule.ts";
import { durationText } from "../../../scenarios/duration.ts";
import { type JunitCase, type JunitSuite, junitDocument } from "../junit-document.ts";
import type { AlertCoverage, CoverageReport } from "./coverage.ts";
import { type CoverageFinding, findingsOf, silenceText } from "./findings.ts";

/** A suite for each rule file with a case for each alert, and one for whatever else is wrong. */
export function coverageJunit(report: CoverageReport): string {
  const { seed, engine, version, files, alerts, run } = report;
  const properties = { seed: String(seed), engine, version };
  const findings = findingsOf(report);
  const byAlert = Map.groupBy(findings, (finding) => alertOf(finding, alerts));
  const suites = files.map((file): JunitSuite => {
    const own = alerts.filter(({ position }) => position.file === file);
    const cases = own.map((alert) => alertCase(alert, own, byAlert.get(alert) ?? []));
    return { name: file, properties, cases };
  });
  const rest = rulesSuite(byAlert.get(null) ?? [], properties);
  return junitDocument([...suites.filter(({ cases }) => cases.length > 0), rest], run.real_seconds);
}

/** One failing case for each finding; findings with one subject share a case. Without any it says so by a case that passes. */
export function rulesSuite(
  findings: readonly CoverageFinding[],
  properties: JunitSuite["properties"],
): JunitSuite {
  const bySubject = Map.groupBy(findings, ({ subject }) => subject);
  const cases = [...bySubject].map(([name, found]) => caseOf(name, found));
  return { name: "rules", properties, cases: cases.length > 0 ? cases : [caseOf("no other findings", [])] };
}

/** The alert that a finding is about: of several rules of that name the last that begins before its place. */
function alertOf({ rule }: CoverageFinding, alerts: readonly AlertCoverage[]): AlertCoverage | null {
  if (rule === null) return null;
  const own = alerts.filter(
    ({ alert, position }) => alert === rule.name && !isBefore(rule.position, position),
  );
  return own.at(-1) ?? null;
}

function isBefore(a: FilePosition, b: FilePosition): boolean {
  return a.file !== b.file || a.line < b.line;
}

function alertCase(
  coverage: AlertCoverage,
  all: readonly AlertCoverage[],
  findings: readonly CoverageFinding[],
): JunitCase {
  const { alert, position, raised_by, silence } = coverage;
  const isOne = all.every((other) => other === coverage || other.alert !== alert);
  const raises = raised_by.map(
    ({ scenario, detection_s }) => `raised by ${scenario} after ${durationText(detection_s)}`,
  );
  return {
    ...caseOf(isOne ? alert : `${alert} (line ${position.line})`, findings),
    skipped: silence === null || findings.length > 0 ? null : silenceText(silence),
    output: raises,
  };
}

function caseOf(name: string, findings: readonly CoverageFinding[]): JunitCase {
  return { name, failureType: "finding", reasons: findings.map(({ text }) => text), output: [] };
}
