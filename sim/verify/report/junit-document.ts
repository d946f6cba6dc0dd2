// Suites of test cases as JUnit XML, as CI systems read it. Elements and attributes are those of Jenkins' junit-10.xsd.
// `time` stands on the root alone, because it is all that differs between two runs with one seed.

import { create } from "xmlbuilder2";

export interface JunitCase {
  readonly name: string;
  readonly failureType: string;
  /** Empty: passed. */
  readonly reasons: readonly string[];
  /** Why nothing can be said; only of a case that has no reasons. */
  readonly skipped?: string | null;
  readonly output: readonly string[];
}

export interface JunitSuite {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly JunitCase[];
}

/** What a reader of XML 1.0 must refuse is replaced by this. */
const REPLACEMENT = "\ufffd";

export function junitDocument(suites: readonly JunitSuite[], realSeconds: number): string {
  const document = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: REPLACEMENT });
  const root = document.ele("testsuites", {
    name: "dashstream verify",
    ...counts(suites.flatMap(({ cases }) => cases)),
    time: realSeconds.toFixed(3),
  });
  for (const { name, properties, cases } of suites) {
    const suite = root.ele("testsuite", { name, ...counts(cases), ...skips(cases) });
    const list = suite.ele("properties");
    for (const [key, value] of Object.entries(properties)) list.ele("property", { name: key, value });
    for (const { name: caseName, failureType, reasons, output, skipped } of cases) {
      const item = suite.ele("testcase", { name: caseName, classname: `verify.${name}` });
      const [message] = reasons;
      if (message !== undefined) {
        item.ele("failure", { message, type: failureType }).txt(reasons.join("\n"));
      } else if (typeof skipped === "string") item.ele("skipped", { message: skipped });
      if (output.length > 0) item.ele("system-out").txt(output.join("\n"));
    }
  }
  return `${document.end({ prettyPrint: true })}\n`;
}

function counts(cases: readonly JunitCase[]): Readonly<Record<string, string>> {
  const failed = cases.filter(({ reasons }) => reasons.length > 0);
  return { tests: String(cases.length), failures: String(failed.length), errors: "0" };
}

/** The schema has no such count at the root. */
function skips(cases: readonly JunitCase[]): Readonly<Record<string, string>> {
  const skipped = cases.filter(
    ({ reasons, skipped: why }) => reasons.length === 0 && typeof why === "string",
  );
  return skipped.length === 0 ? {} : { skipped: String(skipped.length) };
}
