import { describe, expect, test } from "bun:test";
import { create } from "xmlbuilder2";
import { findingsOf } from "../../../../sim/verify/report/coverage/findings.ts";
import { coverageJunit } from "../../../../sim/verify/report/coverage/junit.ts";
import { verifyJunit } from "../../../../sim/verify/report/junit.ts";
import { readJunit } from "../../../support/junit.ts";
import { SAMPLE_COVERAGE, SOUND_COVERAGE } from "./coverage/sample-coverage.ts";
import { HOSTILE_REPORT, PASSING_REPORT, SAMPLE_REPORT } from "./sample-report.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

/** What Jenkins' junit-10.xsd allows of what we write: attributes (`!` = required) and elements below. */
const SCHEMA: Readonly<Record<string, { readonly attributes: string; readonly children: string }>> = {
  testsuites: { attributes: "name time tests failures errors", children: "testsuite" },
  testsuite: {
    attributes: "name! tests! failures! errors! time skipped timestamp hostname id package",
    children: "properties testcase system-out system-err",
  },
  properties: { attributes: "", children: "property" },
  property: { attributes: "name! value!", children: "" },
  testcase: { attributes: "name! time classname", children: "skipped error failure system-out system-err" },
  failure: { attributes: "message type", children: "" },
  skipped: { attributes: "message type", children: "" },
  "system-out": { attributes: "", children: "" },
};

/** The root element, and everything against the schema below it. */
function parse(xml: string): { readonly root: Element; readonly violations: readonly string[] } {
  const violations: string[] = [];
  const read = (node: ReturnType<typeof create>): Element => {
    const element = node.node as unknown as globalThis.Element;
    const name = element.tagName;
    const attributes = Object.fromEntries([...element.attributes].map((each) => [each.name, each.value]));
    const allowed = SCHEMA[name];
    const words = (text = "") => text.split(" ").map((word) => word.replace("!", ""));
    for (const attribute of Object.keys(attributes)) {
      if (!words(allowed?.attributes).includes(attribute)) violations.push(`${name} has ${attribute}`);
    }
    for (const word of allowed?.attributes.split(" ") ?? []) {
      if (word.endsWith("!") && !(word.slice(0, -1) in attributes)) violations.push(`${name} lacks ${word}`);
    }
    const children = node.filter((child) => child.node.nodeType === 1, false, false).map(read);
    for (const child of children) {
      if (!words(allowed?.children).includes(child.name)) violations.push(`${child.name} in ${name}`);
    }
    return { name, attributes, children, text: element.textContent ?? "" };
  };
  return { root: read(create(xml).root()), violations };
}

describe("the JUnit report", () => {
  test("has only what the schema has, where the schema has it", () => {
    for (const report of [SAMPLE_REPORT, PASSING_REPORT, HOSTILE_REPORT]) {
      expect(parse(verifyJunit(report)).violations).toEqual([]);
    }
  });

  test("has a suite for each scenario, and one for all of them, with seed and engine", () => {
    const { root } = parse(verifyJunit(SAMPLE_REPORT));
    expect(root.children.map(({ attributes }) => attributes.name)).toEqual([
      ...SAMPLE_REPORT.scenarios.map(({ scenario }) => scenario),
      "all scenarios",
    ]);
    for (const suite of root.children) {
      const properties = suite.children.find(({ name }) => name === "properties")?.children ?? [];
      expect(properties.map(({ attributes }) => [attributes.name, attributes.value])).toEqual(
        expect.arrayContaining([
          ["seed", "7"],
          ["engine", "dashstream"],
        ]),
      );
    }
  });

  test("has a case for each alert and one for the rest of its scenario", () => {
    const { root } = parse(verifyJunit(SAMPLE_REPORT));
    const suite = root.children.find(({ attributes }) => attributes.name === "corrupt-payload");
    const cases = suite?.children.filter(({ name }) => name === "testcase") ?? [];
    expect(cases.map(({ attributes, children }) => [attributes.name, children[0]?.name])).toEqual([
      ["HighDecodeErrorRate", "failure"],
      ["HighMessageProcessingErrorRate", "failure"],
      ["nothing else happened", "failure"],
    ]);
    expect(cases[1]?.attributes.classname).toBe("verify.corrupt-payload");
    expect(cases[1]?.children[0]?.text).toContain("it was pending from 7m15s to 11m30s and never fired");
    expect(cases[1]?.children[0]?.text).toContain("KafkaConsumerLagHigh fired at 9m30s");
    expect(suite?.attributes).toMatchObject({ tests: "3", failures: "3", errors: "0" });
  });

  test("has a failing case for each finding about users' rules, though all scenarios passed", () => {
    const findings = findingsOf(SAMPLE_COVERAGE);
    const { root, violations } = parse(verifyJunit(PASSING_REPORT, findings));
    expect(violations).toEqual([]);
    const suite = root.children.find(({ attributes }) => attributes.name === "rules");
    const cases = suite?.children.filter(({ name }) => name === "testcase") ?? [];
    expect(cases.map(({ attributes, children }) => [attributes.name, children[0]?.name])).toEqual([
      ["team:errors:ratio (team.rules.yaml:40:9)", "failure"],
      ["TeamTypo (team.rules.yaml:17:22)", "failure"],
      ["TeamTypo (team.rules.yaml:17:60)", "failure"],
      ["TeamTypo (team.rules.yaml:18:30)", "failure"],
      ["TeamTypo (team.rules.yaml:18:90)", "failure"],
      ["TeamErrors (team.rules.yaml:10:9)", "failure"],
      ["scenario dlq-hang", "failure"],
    ]);
    expect(cases.map(({ children }) => children[0]?.text)).toEqual(findings.map(({ text }) => text));
    expect(root.attributes.failures).toBe("7");
    const sound = parse(verifyJunit(PASSING_REPORT, [])).root;
    expect(sound.attributes.failures).toBe("0");
    expect(sound.children.at(-1)?.attributes).toMatchObject({ name: "rules", tests: "1" });
  });

  test("of coverage alone has a suite for each rule file: raised passes, silent is skipped, findings fail", () => {
    const [gaps, ...others] = SAMPLE_COVERAGE.alerts;
    if (gaps === undefined) throw new Error("the sample has alerts");
    const twin = { ...gaps, position: { ...gaps.position, line: 50 } };
    const xml = coverageJunit({ ...SAMPLE_COVERAGE, alerts: [gaps, ...others, twin] });
    const { root, violations } = parse(xml);
    expect(violations).toEqual([]);
    const told = root.children.map(({ attributes, children }) => [
      attributes.name,
      children
        .filter(({ name }) => name === "testcase")
        .map((each) => [each.attributes.name, each.children[0]?.name]),
    ]);
    expect(told).toEqual([
      [
        "team.rules.yaml",
        [
          ["TeamGaps (line 4)", "system-out"],
          ["TeamErrors", "failure"],
          ["TeamTypo", "failure"],
          ["TeamElsewhere", "skipped"],
          ["TeamLag", "skipped"],
          ["TeamSlow", "skipped"],
          ["TeamNothing", "skipped"],
          ["TeamBoth", "skipped"],
          ["TeamWatchdog", "skipped"],
          ["TeamGaps (line 50)", "system-out"],
        ],
      ],
      [
        "rules",
        [
          ["team:errors:ratio (team.rules.yaml:40:9)", "failure"],
          ["scenario dlq-hang", "failure"],
        ],
      ],
    ]);
    expect(root.children[0]?.attributes).toMatchObject({ tests: "10", failures: "2", skipped: "6" });
    expect(xml).toContain('<skipped message="a &gt; b never held, though both sides had values"/>');
    expect(xml).toContain("raised by sequence-gap after 1m30s");
    expect(readJunit(coverageJunit(SOUND_COVERAGE))).toMatchObject({ failures: [] });
  });

  test("counts like those who read such files", () => {
    const counted = readJunit(verifyJunit(SAMPLE_REPORT));
    expect(counted).toMatchObject({ passed: 10, skipped: [] });
    expect(counted.failures).toHaveLength(6);
    expect(readJunit(verifyJunit(PASSING_REPORT))).toEqual({ passed: 11, failures: [], skipped: [] });
    expect(parse(verifyJunit(SAMPLE_REPORT)).root.attributes).toMatchObject({ tests: "16", failures: "6" });
  });

  test("has a time on its root alone, and is otherwise the same for every run of one seed", () => {
    const xml = verifyJunit(SAMPLE_REPORT);
    expect(xml.match(/ time="[^"]*"/g)).toEqual([' time="41.260"']);
    const slower = { ...SAMPLE_REPORT, run: { ...SAMPLE_REPORT.run, real_seconds: 99, max_rss_bytes: 1 } };
    expect(verifyJunit(slower).replace('time="99.000"', 'time="41.260"')).toBe(xml);
  });

  test("stays well formed whatever the texts are; what XML cannot hold is replaced", () => {
    const xml = verifyJunit(HOSTILE_REPORT);
    const { root } = parse(xml);
    expect(xml).not.toContain("<script>");
    expect(root.children[0]?.attributes.name).toContain("<script>alert(1)</script>|`x`");
    expect(root.children[0]?.attributes.name).toContain("]]>&\ufffd");
  });
});
