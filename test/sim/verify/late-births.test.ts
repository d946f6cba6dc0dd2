// Counters whose first increment rules cannot see.

import { expect, test } from "bun:test";
import { lateBirths } from "../../../sim/verify/late-births.ts";
import { recording, ruleText, series } from "./hand-made.ts";
import { rules } from "./promtool/scene.ts";

const UP = series('up{job="a",instance="i"}', { 0: 1 });

function late(expr: string, ...texts: readonly string[]): readonly string[] {
  const groups = rules(ruleText(`{ alert: A, expr: '${expr}' }`));
  return lateBirths(
    recording(texts),
    groups.flatMap((group) => group.rules),
  );
}

const of = (name: string, labels = "") => `${name}{job="a",instance="i"${labels}}`;

test("a counter that begins above 0 while its target is scraped is born late", () => {
  expect(late("rate(a_total[5m]) > 0", UP, series(of("a_total"), { 0: "_", 5: 2 }))).toEqual(["a_total"]);
});

test("a counter that is there at 0 from the start, or is born at 0, is not", () => {
  const texts = [
    UP,
    series(of("a_total"), { 5: 2 }),
    series(of("a_total", ',reason="x"'), { 0: "_", 5: 0, 6: 2 }),
  ];
  expect(late("rate(a_total[5m]) > 0", ...texts)).toEqual([]);
});

test("nor is one that is above 0 at the first scrape of all", () => {
  expect(late("rate(a_total[5m]) > 0", UP, series(of("a_total"), { 0: 7 }))).toEqual([]);
});

test("nor one whose target did not answer before: nobody can say when it was born", () => {
  const down = series('up{job="a",instance="i"}', { 0: 1, 4: 0, 5: 1 });
  const other = series('up{job="b",instance="i"}', { 0: 1 });
  const counter = series(of("a_total"), { 0: "_", 5: 2 });
  expect(late("rate(a_total[5m]) > 0", other, down, counter)).toEqual([]);
});

test("a counter that ended and begins again above 0 is born late the second time", () => {
  const counter = series(of("a_total"), { 5: 2, 10: "stale", 20: 1 });
  expect(late("rate(a_total[5m]) > 0", UP, counter)).toEqual(["a_total"]);
});

test("only what the rules select is looked at, and each metric is named once", () => {
  const texts = ["x", "y"].map((reason) => series(of("a_total", `,reason="${reason}"`), { 0: "_", 5: 2 }));
  const more = series(of("b_total"), { 0: "_", 5: 2 });
  expect(late('rate(a_total{reason="z"}[5m]) > 0', UP, ...texts, more)).toEqual([]);
  expect(late("rate(a_total[5m]) > rate(a_total[1m])", UP, ...texts, more)).toEqual(["a_total"]);
  expect(late('rate({__name__="a_total"}[5m]) > 0', UP, ...texts, more)).toEqual(["a_total"]);
});

test("histograms count, gauges do not, and labels without a closed set of values may come at any time", () => {
  const born = { 0: "_", 5: 2 } as const;
  const texts = [series(of("a_bucket"), born), series(of("a_count"), born), series(of("gauge"), born)];
  const tenant = series(of("t_total", ',tenant_id="x"'), born);
  expect(late("a_bucket + a_count + gauge + t_total > 0", UP, ...texts, tenant)).toEqual([
    "a_bucket",
    "a_count",
  ]);
});
