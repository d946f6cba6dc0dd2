// The report as JUnit XML, as CI systems read it: a suite for each scenario, a test case for each alert and one for
// whatever else may go wrong in it. Elements and attributes are those of Jenkins' junit-10.xsd. `time` stands on the root
// alone, because it is all that differs between two runs with one seed.

import { create } from "xmlbuilder2";
import type { ScenarioReport, VerifyReport } from "./report.ts";
import { allowedOthers, proofReasons, resultRow, scenarioReasons } from "./results.ts";

interface Case {
  readonly name: string;
  readonly failureType: string;
  /** Empty: passed. */
  readonly reasons: readonly string[];
  readonly output: readonly string[];
}

interface Suite {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

/** What a reader of XML 1.0 must refuse is replaced by this. */
const REPLACEMENT = "\ufffd";

export function verifyJunit(report: VerifyReport): string {
  const common = { seed: String(report.seed), engine: report.engine, version: report.version };
  const suites = [
    ...report.scenarios.map((scenario) => scenarioSuite(scenario, common)),
    { name: "all scenarios", properties: common, cases: [wholeCase(report)] },
  ];
  const document = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: REPLACEMENT });
  const root = document.ele("testsuites", {
    name: "dashstream verify",
    ...counts(suites.flatMap(({ cases }) => cases)),
    time: report.run.real_seconds.toFixed(3),
  });
  for (const { name, properties, cases } of suites) {
    const suite = root.ele("testsuite", { name, ...counts(cases) });
    const list = suite.ele("properties");
    for (const [key, value] of Object.entries(properties)) list.ele("property", { name: key, value });
    for (const { name: caseName, failureType, reasons, output } of cases) {
      const item = suite.ele("testcase", { name: caseName, classname: `verify.${name}` });
      const [message] = reasons;
      if (message !== undefined) {
        item.ele("failure", { message, type: failureType }).txt(reasons.join("\n"));
      }
      if (output.length > 0) item.ele("system-out").txt(output.join("\n"));
    }
  }
  return `${document.end({ prettyPrint: true })}\n`;
}

function counts(cases: readonly Case[]): Readonly<Record<string, string>> {
  const failed = cases.filter(({ reasons }) => reasons.length > 0);
  return { tests: String(cases.length), failures: String(failed.length), errors: "0" };
}

function scenarioSuite(scenario: ScenarioReport, common: Readonly<Record<string, string>>): Suite {
  const proofs = scenario.alerts.map((proof) => ({
    name: proof.alert,
    failureType: "not proven",
    reasons: proofReasons(proof),
    output: timesText(resultRow(proof).times),
  }));
  const rest: Case = {
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

function wholeCase({ findings }: VerifyReport): Case {
  return { name: "nothing is left unproven", failureType: "finding", reasons: findings, output: [] };
}
