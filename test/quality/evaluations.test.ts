import { describe, expect, test } from "bun:test";
import { Evaluations, isLowQuality, scoresOf } from "../../src/quality/evaluations.ts";
import { readReport } from "../../src/quality/quality-report.ts";
import { reportMessage, type Value } from "./quality-messages.ts";

function scores(values: Readonly<Record<string, Value>>) {
  const reading = readReport(reportMessage({ values }));
  return reading.kind === "report" ? scoresOf(reading.report) : null;
}

const evaluation = (accuracy: number, relevance: number, completeness: number) =>
  scores({ accuracy, relevance, completeness }) ?? { accuracy, relevance, completeness, overall: Number.NaN };

describe("a report", () => {
  test("is an evaluation if it has all three scores as floats", () => {
    const overall = expect.closeTo(0.6, 9);
    expect(evaluation(0.6, 0.5, 0.7)).toEqual({ accuracy: 0.6, relevance: 0.5, completeness: 0.7, overall });
    expect(evaluation(0, 0, 0)).toMatchObject({ overall: 0 });
  });

  test.each<[string, Record<string, Value>]>([
    ["without one of them", { accuracy: 1, relevance: 1 }],
    ["with one as an integer", { accuracy: 1, relevance: 1, completeness: 1n }],
    ["with one that is not a number", { accuracy: 1, relevance: Number.NaN, completeness: 1 }],
    ["with a quality score only", { quality_score: 0.9 }],
  ])("%s is none", (_, values) => {
    expect(scores(values)).toBeNull();
  });
});

describe("low quality", () => {
  test.each([
    [[0.7, 0.7, 0.7], false],
    [[0.6, 0.7, 0.8], false],
    [[0.69, 0.7, 0.7], true],
    [[0.1, 0.9, 1], true],
    [[1, 1, 0.1], false],
  ] as const)("of %p is %p", ([accuracy, relevance, completeness], low) => {
    expect(isLowQuality(evaluation(accuracy, relevance, completeness))).toBe(low);
  });

  test("is a matter of each evaluation, not of the average so far", () => {
    const evaluations = new Evaluations();
    evaluations.add(evaluation(0.1, 0.1, 0.1));
    for (let i = 0; i < 3; i++) evaluations.add(evaluation(0.8, 0.8, 0.8));
    expect(evaluations.stats()).toMatchObject({ total: 4, lowQuality: 1, lowQualityPercentage: 25 });
  });
});

describe("the figures", () => {
  test("are null before the first evaluation", () => {
    expect(new Evaluations().stats()).toEqual({
      total: 0,
      averages: null,
      lowQuality: 0,
      lowQualityPercentage: null,
    });
  });

  test("are averages over all evaluations", () => {
    const evaluations = new Evaluations();
    evaluations.add(evaluation(1, 0.5, 0.75));
    evaluations.add(evaluation(0.5, 0.5, 0.25));
    expect(evaluations.stats()).toEqual({
      total: 2,
      averages: { accuracy: 0.75, relevance: 0.5, completeness: 0.5, overall: expect.closeTo(7 / 12, 9) },
      lowQuality: 1,
      lowQualityPercentage: 50,
    });
  });
});
