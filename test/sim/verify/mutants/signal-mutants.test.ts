// Broken signals: what a component would have exported if it counted wrongly.

import { describe, expect, test } from "bun:test";
import { signalMutants, withBrokenSignal } from "../../../../sim/verify/mutants/signal-mutants.ts";
import type { SeriesStore } from "../../../../src/promql/series-store.ts";
import { recorded } from "../promtool/scene.ts";

function valuesOf(store: SeriesStore, name: string) {
  return store.named(name).map(({ values, timestampsMs }) => ({ values, from: timestampsMs[0] }));
}

const TEXTS = ["a_total 2x2 3 4 stale 5", "b_total 0 1 2", 'a_total{x="never"} 0x5'];

test("a counter can be not incremented and born late, anything else only stand still", () => {
  expect(signalMutants(["a_total", "gauge"]).map(({ kind, metric }) => [metric, kind])).toEqual([
    ["a_total", "not-incremented"],
    ["a_total", "born-late"],
    ["gauge", "not-incremented"],
  ]);
});

describe("a counter that is", () => {
  test("not incremented keeps its first value, and ends where it ended", () => {
    const { store } = recorded(TEXTS, 8);
    const broken = withBrokenSignal(store, { kind: "not-incremented", metric: "a_total" });
    expect(valuesOf(broken, "a_total").map(({ values }) => values)).toEqual([
      [2, 2, 2, 2, 2, null, 2],
      [0, 0, 0, 0, 0, 0],
    ]);
  });

  test("born late is not there before its first increment, and never if there is none", () => {
    const { store, startMs, scrapeIntervalMs } = recorded(TEXTS, 8);
    const broken = withBrokenSignal(store, { kind: "born-late", metric: "a_total" });
    expect(valuesOf(broken, "a_total")).toEqual([
      { values: [3, 4, null, 5], from: startMs + 3 * scrapeIntervalMs },
    ]);
  });

  test("broken leaves other metrics, and the recording, as they were", () => {
    const { store } = recorded(TEXTS, 8);
    const before = structuredClone([...store.all()].map(({ values }) => values));
    const broken = withBrokenSignal(store, { kind: "not-incremented", metric: "a_total" });
    expect(valuesOf(broken, "b_total")).toEqual(valuesOf(store, "b_total"));
    expect([...store.all()].map(({ values }) => values)).toEqual(before);
  });
});
