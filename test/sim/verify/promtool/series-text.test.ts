import { describe, expect, test } from "bun:test";
import { metricText, valuesText } from "../../../../sim/verify/promtool/series-text.ts";
import { Labels } from "../../../../src/promql/labels.ts";
import type { SampleValue } from "../../../../src/promql/series-store.ts";
import { parseSeriesDescription } from "../../../support/described-series.ts";

const GRID = { startMs: 60_000, stepMs: 15_000 };
const up = Labels.of({ __name__: "up", job: "a" });

const textOf = (...samples: readonly (readonly [place: number, value: SampleValue])[]) =>
  valuesText(
    {
      labels: up,
      timestampsMs: samples.map(([place]) => GRID.startMs + place * GRID.stepMs),
      values: samples.map(([, value]) => value),
    },
    GRID,
  );

describe("the values of a series", () => {
  test("stand at their distances, with gaps and staleness markers", () => {
    expect(textOf([1, 5], [2, 6], [5, null], [6, null], [8, 7])).toBe("_ 5 6 _x2 stale stale _ 7");
  });

  test("are counted where they repeat", () => {
    expect(textOf([0, 1], [1, 1], [2, 1], [3, 2])).toBe("1x2 2");
  });

  test.each([
    [1e21, "1e21"],
    [1.5e-9, "1.5e-9"],
    [0.1 + 0.2, "0.30000000000000004"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
    [-0, "-0"],
  ])("are exact: %p", (value, text) => {
    expect(textOf([0, value])).toBe(text);
  });

  test("read back as they were", () => {
    const values = [0, -0, Number.NaN, Number.NaN, 1e300, 1e300, 5e-324, null, -2.5];
    const text = textOf(...values.map((value, place) => [place, value] as const));
    expect(parseSeriesDescription(`x ${text}`).values).toEqual(values);
  });

  test("cannot lie between two scrapes, or before the first", () => {
    expect(() => textOf([0.5, 1])).toThrow("is not at a scrape: 67500 ms");
    expect(() => textOf([-1, 1])).toThrow("is not at a scrape: 45000 ms");
  });
});

describe("a metric", () => {
  test("is written with its labels", () => {
    expect(metricText(Labels.of({ __name__: "up", job: 'a"b\n' }))).toBe('up{job="a\\"b\\n"}');
    expect(metricText(Labels.empty)).toBe("{}");
  });

  test("has unusual names in quotes", () => {
    expect(metricText(Labels.of({ __name__: "http.requests", "status.code": "200" }))).toBe(
      '{__name__="http.requests","status.code"="200"}',
    );
  });
});
