// Reads the JUnit report that `bun test` writes for one file: how many tests passed and failed, and the names of
// those left out. No report, or one without a test, is no success: the caller decides what it is.

export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** Names of the skipped tests, as they stand in the test file. */
  readonly skipped: readonly string[];
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
  let failed = 0;
  const skipped: string[] = [];
  for (const [, name = "", content = ""] of xml.matchAll(TESTCASE)) {
    if (/<(failure|error)\b/.test(content)) failed++;
    else if (content.includes("<skipped")) skipped.push(unescapeXml(name));
    else passed++;
  }
  return { passed, failed, skipped };
}
