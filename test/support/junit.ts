// Reads the JUnit report that `bun test` writes for one file: how many tests passed, which failed and why, and the names of
// those left out. No report, or one without a test, is no success: the caller decides what it is.

export interface Report {
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Names of the skipped tests, as they stand in the test file. */
  readonly skipped: readonly string[];
}

export interface Failure {
  /** Of the test, as it stands in the test file. */
  readonly name: string;
  /** Of the error, maybe over several lines; empty if there was none. */
  readonly message: string;
}

const TESTCASE = /<testcase name="([^"]*)"[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  );
}

/** The totals of a JUnit document; all zero if it holds no test case. */
export function readJunit(xml: string): Report {
  let passed = 0;
  const failures: Failure[] = [];
  const skipped: string[] = [];
  for (const [, name = "", content = ""] of xml.matchAll(TESTCASE)) {
    const [, attributes] = /<(?:failure|error)\b([^>]*)/.exec(content) ?? [];
    if (attributes !== undefined) {
      const [, message = ""] = /\bmessage="([^"]*)"/.exec(attributes) ?? [];
      failures.push({ name: unescapeXml(name), message: unescapeXml(message) });
    } else if (content.includes("<skipped")) skipped.push(unescapeXml(name));
    else passed++;
  }
  return { passed, failures, skipped };
}
