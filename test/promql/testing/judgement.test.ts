import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../src/promql/engine.ts";
import { selectorsOf } from "../../../src/promql/expr-series.ts";
import { Labels } from "../../../src/promql/labels.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import { valueDifference } from "../../../src/promql/testing/comparison.ts";
import { judge } from "../../../src/promql/testing/judgement.ts";
import { parseScript } from "../../../src/promql/testing/parse-script.ts";
import { remarkDifference } from "../../../src/promql/testing/remarks.ts";
import type { Evaluation } from "../../../src/promql/testing/script.ts";
import { fixedAt } from "../../../src/promql/testing/selectors.ts";
import type { RangeSeries } from "../../../src/promql/value.ts";

function evaluation(text: string): Evaluation {
  for (const command of parseScript(text, "a.test")) if (command.kind === "eval") return command;
  throw new Error("no eval");
}

const NO_REMARKS = { warnings: [], infos: [] } as const;
const UP = Labels.of({ __name__: "up" });

/** An engine with one series whose value is made of the time. */
function engineOf(instant: (atMs: number) => number, inRange = instant): Engine {
  return {
    instant: (_, atMs) => ({
      ...NO_REMARKS,
      value: { kind: "vector", samples: [{ labels: UP, value: instant(atMs) }] },
    }),
    range(_, startMs, endMs, stepMs) {
      const points = [];
      for (let timestampMs = startMs; timestampMs <= endMs; timestampMs += stepMs) {
        points.push({ timestampMs, value: inRange(timestampMs) });
      }
      return { ...NO_REMARKS, value: [{ labels: UP, points }] };
    },
  };
}

describe("an instant evaluation", () => {
  const judged = (engine: Engine, expr = "up") => {
    const given = evaluation(`eval instant at 1m ${expr}\n up 1`);
    return judge(engine, parseExpr(given.expr), given);
  };

  test("gives the same at all times with its selectors fixed", () => {
    expect(judged(engineOf(() => 1))).toBeNull();
    expect(judged(engineOf((atMs) => (atMs === 12_000 ? 2 : 1)))).toEqual({
      expected: "up 1",
      got: "with all selectors @ 60, at 12: up 2",
    });
  });

  test("gives the same as a step of a range", () => {
    expect(
      judged(
        engineOf(
          () => 1,
          () => 2,
        ),
      ),
    ).toEqual({ expected: "up 1", got: "as a step of a range: up 2" });
  });

  test("is not tried at other times if it reads the time", () => {
    expect(
      judged(
        engineOf((atMs) => (atMs === 60_000 ? 1 : 2)),
        "up + time()",
      ),
    ).toBeNull();
  });
});

test("fixing an expression leaves other times alone, and takes start() and end() for its own", () => {
  const times = (expr: string) => [...selectorsOf(fixedAt(parseExpr(expr), 60_000))].map(({ at }) => at);
  const own = { timestampMs: 60_000 };
  expect(times("a + b @ 5 + rate(c[5m]) + d @ start() + e @ end()")).toEqual([
    own,
    { timestampMs: 5000 },
    own,
    own,
    own,
  ]);
  // Below a subquery, which is fixed itself.
  expect(times("max_over_time(a[5m:])")).toEqual([null]);
});

describe("the values of a range", () => {
  const series = (
    name: string,
    ...points: readonly (readonly [ms: number, value: number])[]
  ): RangeSeries => ({
    labels: Labels.of({ __name__: name }),
    points: points.map(([timestampMs, value]) => ({ timestampMs, value })),
  });
  const difference = (expected: string, ...got: readonly RangeSeries[]) => {
    const { expectation, time } = evaluation(`eval range from 0 to 2m step 1m a\n${expected}`);
    if (time.kind !== "range") throw new Error("no range");
    return valueDifference({ kind: "matrix", series: got }, { ...expectation, points: time });
  };

  test("are at the times of the steps", () => {
    expect(difference(" a 1 _ 3", series("a", [0, 1], [120_000, 3]))).toBeNull();
    expect(difference(" a 1 _ 3", series("a", [0, 1], [60_000, 3]))).toEqual({
      expected: "a 1@0 3@120000",
      got: "a 1@0 3@60000",
    });
  });

  test("are of all series, in order", () => {
    expect(difference(" a 1\n b 1", series("a", [0, 1]))).toEqual({ expected: "b 1", got: "no b" });
    expect(difference(" a 1\n b 1", series("b", [0, 1]), series("a", [0, 1]))).toEqual({
      expected: "series sorted by their labels",
      got: "a out of order",
    });
  });
});

test("each remark must be expected if one is", () => {
  const expected = evaluation("eval instant at 0 a\n expect warn msg: x\n expect warn regex: ^y").expectation;
  const difference = (...warnings: readonly string[]) =>
    remarkDifference({ ...NO_REMARKS, warnings }, expected);
  expect(difference("x", "y1", "y2")).toBeNull();
  expect(difference("x", "y1", "z")).toEqual({ expected: "only warning x, /^y/", got: "z" });
  expect(difference("x")).toEqual({ expected: "warning /^y/", got: "x" });
});
