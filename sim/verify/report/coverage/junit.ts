// What is wrong with users' rules as a suite of JUnit, so that a job that fails because of them has a case that says why.

import type { JunitCase, JunitSuite } from "../junit-document.ts";
import type { CoverageFinding } from "./findings.ts";

/** One failing case for each finding; findings with one subject share a case. Without any it says so by a case that passes. */
export function rulesSuite(
  findings: readonly CoverageFinding[],
  properties: JunitSuite["properties"],
): JunitSuite {
  const bySubject = Map.groupBy(findings, ({ subject }) => subject);
  const cases = [...bySubject].map(([name, found]) => caseOf(name, found));
  return { name: "rules", properties, cases: cases.length > 0 ? cases : [caseOf("no findings", [])] };
}

function caseOf(name: string, findings: readonly CoverageFinding[]): JunitCase {
  return { name, failureType: "finding", reasons: findings.map(({ text }) => text), output: [] };
}
