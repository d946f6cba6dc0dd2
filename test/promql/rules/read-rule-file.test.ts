// Rule files are read whole, or refused with everything that is wrong with them and where.

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RulesInvalidError } from "../../../src/promql/rules/file/rule-problems.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import { promtool3Path } from "../../support/promtool3.ts";
import { describeReal } from "../../support/real-components.ts";
import badTemplates from "./data/bad-templates.json";
import { BAD_FILES, GOOD_FILES, group } from "./rule-files.ts";

function problemsOf(text: string): readonly string[] {
  try {
    readRuleFile(text, "f");
  } catch (error) {
    if (!(error instanceof RulesInvalidError)) throw error;
    expect(error.code).toBe("rules_invalid");
    return error.problems.map(({ position, reason }) => `${position.line}:${position.column}: ${reason}`);
  }
  return [];
}

test.each(Object.entries(GOOD_FILES))("%s is read", (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});

test.each(BAD_FILES.map(([name, text, ...problems]) => ({ name, text, problems })))(
  "$name is refused",
  ({ text, problems }) => {
    expect(problemsOf(text)).toEqual([...problems]);
  },
);

test("the message names file, line and column of each problem", () => {
  const one = "groups: []\nfoo: 1";
  expect(() => readRuleFile(one, "a.yaml")).toThrow(
    'a.yaml:2:1: rule file: unknown field "foo"; known are groups',
  );
  expect(() => readRuleFile(`${one}\nbar: 2`, "a.yaml")).toThrow(
    '2 problems in rules:\n  a.yaml:2:1: rule file: unknown field "foo"; known are groups\n  a.yaml:3:1: rule file: unknown field "bar"; known are groups',
  );
});

test("a group has all that its file says", () => {
  const text = group(
    '  - alert: A\n    expr: |\n      up\n        == 0\n    for: 1m\n    keep_firing_for: 1h\n    labels: {x: "1"}\n    annotations: {s: t}\n  - record: r\n    expr: sum(up)\n',
    "  interval: 30s\n  query_offset: 5s\n  limit: 7\n  labels: {x: low, y: z}\n",
  );
  const [read] = readRuleFile(text, "a.yaml");
  expect(read).toMatchObject({
    name: "g",
    intervalMs: 30_000,
    queryOffsetMs: 5000,
    limit: 7,
    position: { file: "a.yaml", line: 2, column: 3 },
    rules: [
      {
        kind: "alert",
        alert: "A",
        text: "up\n  == 0\n",
        forMs: 60_000,
        keepFiringForMs: 3_600_000,
        labels: { x: "1", y: "z" },
        annotations: { s: "t" },
        position: { file: "a.yaml", line: 8, column: 5 },
      },
      { kind: "recording", record: "r", labels: { x: "low", y: "z" }, position: { line: 16 } },
    ],
  });
});

test("what a map has itself goes before what is merged into it", () => {
  const text = group(
    "  - &r\n    alert: A\n    expr: 1\n    labels: &l {a: x, b: x}\n  - <<: *r\n    alert: B\n    labels: {<<: *l, b: y, c: y}\n",
  );
  expect(readRuleFile(text, "f")[0]?.rules.map(({ labels }) => labels)).toEqual([
    { a: "x", b: "x" },
    { a: "x", b: "y", c: "y" },
  ]);
});

describe("templates that are none", () => {
  test.each(badTemplates)("$template", ({ template, reason }) => {
    const text = JSON.stringify({
      groups: [{ name: "g", rules: [{ alert: "A", expr: "1", annotations: { s: template } }] }],
    });
    expect(problemsOf(text).map((problem) => problem.replace(/^\d+:\d+: /, ""))).toEqual([
      `alert "A": annotation s: ${reason}`,
    ]);
  });
});

describe("what Prometheus would take, but not as it is meant", () => {
  test("a rule twice with the same labels", () => {
    const text = group("  - record: a\n    expr: 1\n  - record: a\n    expr: 2\n");
    expect(problemsOf(text)).toEqual([
      '6:5: record "a" is there twice with the same labels; the first is in line 4',
    ]);
  });

  test("documents after the first", () => {
    expect(problemsOf("groups: []\n---\ngroups: []\n")).toEqual([
      "3:1: a rule file of Prometheus has one document; it would not read this one",
    ]);
  });
});

describe("options of other programs", () => {
  test("Thanos' strategy for partial responses has no meaning here", () => {
    expect(problemsOf(group("", "  partial_response_strategy: warn\n"))).toEqual([]);
    expect(problemsOf(group("", "  partial_response_strategy: maybe\n"))).toEqual([
      '3:30: group "g": partial_response_strategy must be warn or abort',
    ]);
  });

  test("others are refused", () => {
    expect(problemsOf(group("", "  source_tenants: [a]\n"))).toEqual([
      '3:3: group "g": unknown field "source_tenants"; known are name, interval, query_offset, limit, labels, rules, partial_response_strategy',
    ]);
  });
});

describe("Kubernetes", () => {
  const rule = (name: string, spec = "groups: [{name: g, rules: [{alert: A, expr: up}]}]") =>
    `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: ${name}}\nspec:\n  ${spec}\n`;

  test("PrometheusRules among other documents, each with its own names", () => {
    const text = [`apiVersion: v1\nkind: ConfigMap\n`, rule("a"), rule("b")].join("---\n");
    expect(readRuleFile(text, "f").map(({ name, position }) => [name, position.line])).toEqual([
      ["g", 8],
      ["g", 14],
    ]);
  });

  test("lists", () => {
    const items = [rule("a"), rule("b")].map((text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
    const text = `apiVersion: v1\nkind: List\nitems:\n${items.join("")}`;
    expect(readRuleFile(text, "f").map(({ name }) => name)).toEqual(["g", "g"]);
  });

  test.each([
    [
      "apiVersion: v1\nkind: ConfigMap\n",
      "1:1: ConfigMap has no rules; expected groups, PrometheusRule or a list of those",
    ],
    ["apiVersion: v1\nkind: PrometheusRule\n", '1:1: PrometheusRule "": spec must be set'],
    [rule("a", "rules: []"), '5:3: PrometheusRule "a": unknown field "rules"; known are groups'],
    [
      `${rule("a")}---\ngroups: []\n`,
      "7:1: a rule file of Prometheus has one document; it would not read this one",
    ],
    [
      "apiVersion: v1\nkind: List\nitems: [&l {apiVersion: v1, kind: List, items: [*l]}]\n",
      "3:12: List: a list in a list",
    ],
  ])("%j is refused", (text, problem) => {
    expect(problemsOf(text)[0]).toBe(problem);
  });
});

describeReal("promtool3", "promtool agrees on", () => {
  const folder = mkdtempSync(join(tmpdir(), "dashstream-rule-files-"));
  const accepts = (text: string): boolean => {
    const file = join(folder, "rules.yaml");
    writeFileSync(file, text);
    return Bun.spawnSync([promtool3Path() ?? "", "check", "rules", "--lint=none", file]).exitCode === 0;
  };

  test("every file that is read", () => {
    expect(Object.entries(GOOD_FILES).filter(([, text]) => !accepts(text))).toEqual([]);
  });

  test("every file that is refused", () => {
    expect(BAD_FILES.filter(([, text]) => accepts(text))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
