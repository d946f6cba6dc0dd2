// Series come from test scripts, from an exposition, or from scrapes.

import { describe, expect, test } from "bun:test";
import { loadSeries } from "../../../src/promql/input/loaded-series.ts";
import { ScrapedSeries } from "../../../src/promql/input/scraped-series.ts";
import { valueJson } from "../../../src/promql/input/value-json.ts";
import { Labels } from "../../../src/promql/labels.ts";
import type { SeriesStore } from "../../../src/promql/series-store.ts";

function shown(store: SeriesStore): Record<string, unknown> {
  return Object.fromEntries(
    [...store.all()].map(({ labels, timestampsMs, values }) => [
      String(labels),
      timestampsMs.map((timestampMs, index) => [timestampMs, values[index]]),
    ]),
  );
}

const NOW_MS = 1_700_000_000_000;

describe("a file", () => {
  test("of load commands begins at 0", () => {
    const { store, startMs, endMs } = loadSeries(
      'load 30s\n  a{b="c"} 1 _ 3 stale\n\neval instant at 1m a\n',
      "f",
      NOW_MS,
    );
    expect(shown(store)).toEqual({
      'a{b="c"}': [
        [0, 1],
        [60_000, 3],
        [90_000, null],
      ],
    });
    expect([startMs, endMs]).toEqual([0, 90_000]);
  });

  test("may clear what it loaded", () => {
    const { store } = loadSeries("load 1m\n  a 1\n\nclear\n\nload 1m\n  a 2\n  b 3\n", "f", NOW_MS);
    expect(shown(store)).toEqual({ a: [[0, 2]], b: [[0, 3]] });
  });

  test("of metrics is one scrape, now", () => {
    const { store, startMs, endMs } = loadSeries("a 1\nb 2 1699999990000\n", "f", NOW_MS);
    expect(shown(store)).toEqual({ b: [[NOW_MS - 10_000, 2]], a: [[NOW_MS, 1]] });
    expect([startMs, endMs]).toEqual([NOW_MS - 10_000, NOW_MS]);
  });

  test.each([
    [
      "a one",
      "usage",
      'f: this is not the Prometheus text format: line 1 of the metrics: "one" after a is not a value with an optional time',
    ],
    ["load 1m\n  a {{schema:0 count:1}}", "promql_unsupported", "f: a: native histograms are not supported"],
    ["load 1m\n  a 1\n\nload 1m\n  a 1", "promql_invalid", "f:5: a is loaded a second time"],
  ])("%j is refused", (text, code, message) => {
    expect(() => loadSeries(text, "f", NOW_MS)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe("scrapes", () => {
  test("a series that is missing ends", () => {
    const scraped = new ScrapedSeries();
    scraped.add("a 1\nb 1\n", 1000);
    scraped.add("a 2\n", 2000);
    scraped.add("a 3\nb 3\n", 3000);
    expect(shown(scraped.store)).toEqual({
      a: [
        [1000, 1],
        [2000, 2],
        [3000, 3],
      ],
      b: [
        [1000, 1],
        [2000, null],
        [3000, 3],
      ],
    });
  });

  test("a series with times of its own keeps them, and is not ended", () => {
    const scraped = new ScrapedSeries();
    scraped.add("a 1 500\n", 1000);
    scraped.add("a 2 400\n", 2000);
    scraped.add("", 3000);
    expect(shown(scraped.store)).toEqual({ a: [[500, 1]] });
  });

  test("of a broken exposition nothing is kept", () => {
    const scraped = new ScrapedSeries();
    expect(() => scraped.add("a 1\nb\n", 1000)).toThrow("line 2");
    expect(scraped.store.size).toBe(0);
  });
});

test("results are written as the HTTP API of Prometheus writes them", () => {
  const samples = [{ labels: Labels.of({ __name__: "a", b: "c" }), value: 1e21 }];
  expect(valueJson({ kind: "vector", samples }, 1500)).toEqual({
    resultType: "vector",
    result: [{ metric: { __name__: "a", b: "c" }, value: [1.5, "1000000000000000000000"] }],
  });
  expect(valueJson({ kind: "scalar", value: Number.NaN }, 1000)).toEqual({
    resultType: "scalar",
    result: [1, "NaN"],
  });
  expect(valueJson({ kind: "string", value: "x" }, 1000)).toEqual({ resultType: "string", result: [1, "x"] });
});
