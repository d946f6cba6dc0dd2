// The report as JUnit XML: a suite for each scenario, a test case for each alert and one for whatever else may go wrong in
// it; where users' rules were covered too, a suite of what is wrong with those.

import type { CoverageFinding } from "./coverage/findings.ts";
import { rulesSuite } from "./coverage/junit.ts";
import { type JunitCase, type JunitSuite, junitDocument } from "./junit-document.ts";
import type { ScenarioReport, VerifyReport } from "./report.ts";
import { allowedOthers, proofReasons, resultRow, scenarioReasons } from "./results.ts";

/** @param ruleFindings what is wrong with users' rules; `null` if nobody looked */
export function verifyJunit(
  report: VerifyReport,
  ruleFindings: readonly CoverageFinding[] | null = null,
): string {
  const common = { seed: String(report.seed), engine: report.engine, version: report.version };
  const suites = [
    ...report.scenarios.map((scenario) => scenarioSuite(scenario, common)),
    { name: "all scenarios", properties: common, cases: [wholeCase(report)] },
    ...(ruleFindings === null ? [] : [rulesSuite(ruleFindings, common)]),
  ];
  return junitDocument(suites, report.run.real_seconds);
}

function scenarioSuite(scenario: ScenarioReport, common: Readonly<Record<string, string>>): JunitSuite {
  const proofs = scenario.alerts.map((proof) => ({
    name: proof.name,
    failureType: "not proven",
    reasons: proofReasons(proof),
    output: timesText(resultRow(proof).times),
  }));
  const rest: JunitCase = {
    name: "nothing else happened",
    failureType: "finding",
    reasons: scenarioReasons(scenario),
    output: allowedOthers(scenario),
  };
  return {
    name: scenario.scenario,
    properties: { ...common, summary: scenario.summary },
    cases: [...proofs, rest],
  };
}

function timesText([pending, firing, resolved, detection]: readonly (string | null)[]): readonly string[] {
  const times = { pending, firing, resolved, detection };
  const known = Object.entries(times).filter(([, time]) => typeof time === "string");
  return known.length === 0 ? [] : [known.map(([name, time]) => `${name} ${time}`).join(", ")];
}

function wholeCase({ findings }: VerifyReport): JunitCase {
  return { name: "nothing is left unproven", failureType: "finding", reasons: findings, output: [] };
}
