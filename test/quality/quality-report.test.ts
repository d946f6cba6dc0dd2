import { describe, expect, test } from "bun:test";
import { type QualityReport, readReport } from "../../src/quality/quality-report.ts";
import { decoded, type ReportInit, reportMessage, type Value } from "./quality-messages.ts";

function reportOf(init: ReportInit): QualityReport {
  const reading = readReport(reportMessage(init));
  if (reading.kind !== "report") throw new Error(`no report but ${reading.kind}`);
  return reading.report;
}

describe("a quality report", () => {
  test("is read with all that it says", () => {
    const values = {
      quality_score: 0.9,
      accuracy: 0.8,
      relevance: 0,
      completeness: 1,
      passed: true,
      latency_ms: 1200n,
      retry_count: 0n,
      turn_number: 3n,
    };
    const tags = { model: "GPT-4o", category: "Edge", application_type: "librarian" };
    expect(reportOf({ header: { threadId: "t" }, values, tags })).toEqual({
      sessionId: "t",
      hasHeader: true,
      qualityScore: 0.9,
      accuracy: 0.8,
      relevance: 0,
      completeness: 1,
      passed: true,
      latencyMs: 1200,
      retryCount: 0,
      turnNumber: 3,
      model: "GPT-4o",
      category: "Edge",
      applicationType: "librarian",
      unusable: [],
    });
  });

  test("says nothing about what is not there", () => {
    expect(reportOf({ header: null })).toEqual({
      sessionId: "",
      hasHeader: false,
      qualityScore: null,
      accuracy: null,
      relevance: null,
      completeness: null,
      passed: null,
      latencyMs: null,
      retryCount: null,
      turnNumber: null,
      model: "",
      category: "Unknown",
      applicationType: "",
      unusable: [],
    });
  });

  test.each<[string, Value]>([
    ["quality_score", 1n],
    ["accuracy", "0.9"],
    ["relevance", Number.NaN],
    ["completeness", Number.POSITIVE_INFINITY],
    ["passed", 1n],
    ["latency_ms", 12.5],
    ["retry_count", new Uint8Array([1])],
    ["turn_number", true],
    ["accuracy", null],
  ])("names %s of %p as unusable and does not take it for a value", (name, value) => {
    const report = reportOf({ values: { [name]: value } });
    expect(report.unusable).toEqual([name]);
    const { qualityScore, accuracy, relevance, completeness, passed } = report;
    const { latencyMs, retryCount, turnNumber } = report;
    const all = [qualityScore, accuracy, relevance, completeness, passed, latencyMs, retryCount, turnNumber];
    expect(all).toEqual(all.map(() => null));
  });

  test("takes negative counts for 0", () => {
    const values = { latency_ms: -5n, retry_count: -1n, turn_number: -(2n ** 63n) };
    expect(reportOf({ values })).toMatchObject({ latencyMs: 0, retryCount: 0, turnNumber: 0, unusable: [] });
  });

  test("keeps a thread id of any length as one short session id", () => {
    const [one, two] = ["a", "b"].map((end) => reportOf({ header: { threadId: "t".repeat(5000) + end } }));
    expect(one?.sessionId.length).toBeLessThanOrEqual(256);
    expect(one?.sessionId).not.toBe(two?.sessionId ?? "");
  });

  test("may name its application by either tag", () => {
    expect(reportOf({ tags: { app_type: "code_assistant" } }).applicationType).toBe("code_assistant");
    const both = { application_type: "librarian", app_type: "code_assistant" };
    expect(reportOf({ tags: both }).applicationType).toBe("librarian");
  });
});

describe("the category", () => {
  test.each([
    [{ category: "Simple" }, "Simple"],
    [{ category: "medium" }, "Medium"],
    [{ category: "COMPLEX" }, "Complex"],
    [{ query_category: "edge" }, "Edge"],
    [{ complexity: "simple" }, "Simple"],
    [{ query_category: "medium", complexity: "simple" }, "Medium"],
    [{ category: "complex", query_category: "medium" }, "Complex"],
    [{ category: "Unknown" }, "Unknown"],
    [{ category: "sImPlE" }, "Unknown"],
    [{ category: "constructor" }, "Unknown"],
    [{ category: "" }, "Unknown"],
    [{}, "Unknown"],
  ] as const)("of %j is %s", (tags, expected) => {
    expect(reportOf({ tags }).category).toBe(expected);
  });
});

describe("what is no quality report", () => {
  test("is told apart by scope and by kind", () => {
    expect(readReport(reportMessage({ scope: "node" }))).toEqual({ kind: "wrong_scope", scope: "node" });
    expect(readReport(reportMessage({ scope: "" }))).toEqual({ kind: "wrong_scope", scope: "" });
    expect(readReport(decoded({ event: { nodeId: "n" } }))).toEqual({ kind: "other" });
    expect(readReport({})).toEqual({ kind: "other" });
  });
});
