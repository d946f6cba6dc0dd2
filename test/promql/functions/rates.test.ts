import { describe, expect, test } from "bun:test";
import type { Argument } from "../../../src/promql/functions/function.ts";
import { call, minutes, onlyValue } from "./function-rig.ts";

const value = (name: string, window: Argument) => onlyValue(call(name, window));

/** A window from 5 min to 10 min with these samples, at these seconds. */
const at = (samples: readonly (readonly [seconds: number, value: number])[]) =>
  minutes(
    samples.map(([, sample]) => sample),
    { timesS: samples.map(([seconds]) => seconds) },
  );

describe("rate and increase", () => {
  test("extend samples that reach near both ends of the range to the whole of it", () => {
    // One sample each minute, from 1 min after the beginning to the end: five samples, four intervals.
    expect(value("increase", minutes([60, 120, 180, 240, 300]))).toBe(300);
    expect(value("rate", minutes([60, 120, 180, 240, 300]))).toBe(1);
  });

  test("count a reset as a beginning at zero", () => {
    expect(value("increase", minutes([100, 130, 10, 40, 70]))).toBe((30 + 10 + 30 + 30) * (300 / 240));
  });

  test("extend by half the distance of samples where these end early", () => {
    // 60 s apart, 100 s before the end: more than 1.1 times as far.
    const samples = at([
      [320, 1000],
      [380, 1060],
      [440, 1120],
      [500, 1180],
    ]);
    expect(value("increase", samples)).toBeCloseTo(180 * ((180 + 20 + 30) / 180), 12);
  });

  test("do not extend a counter below zero", () => {
    // It would have been at zero 30 s before the first sample, 60 s lie between that and the beginning.
    const samples = at([
      [360, 30],
      [420, 90],
      [480, 150],
      [540, 210],
      [600, 270],
    ]);
    expect(value("increase", samples)).toBeCloseTo(240 * ((240 + 30) / 240), 12);
    expect(value("delta", samples)).toBe(300);
  });

  test("round a rate as upstream, which divides before it multiplies", () => {
    const samples = at(Array.from({ length: 20 }, (_, index) => [315 + 15 * index, index === 19 ? 18 : 0]));
    expect(value("rate", samples)).toBe(18 * (1 / 300));
    expect(value("rate", samples)).not.toBe(18 / 300);
  });

  test("need two samples", () => {
    expect(value("rate", minutes([1]))).toBeNull();
    expect(value("rate", minutes([]))).toBeNull();
    expect(value("increase", minutes([1, 1]))).toBe(0);
  });

  test("remark on a name that no counter has", () => {
    const remark =
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "memory"';
    const window = (name: string) => minutes([1, 2, 3, 4, 5], { labels: { __name__: name } });
    expect(call("rate", window("memory")).infos).toEqual([remark]);
    expect(call("increase", window("memory")).infos).toEqual([remark]);
    expect(call("delta", window("memory")).infos).toEqual([]);
    for (const name of ["a_total", "a_sum", "a_count", "a_bucket", ""]) {
      expect(call("rate", window(name)).infos).toEqual([]);
    }
    const single = minutes([1], { labels: { __name__: "memory" } });
    expect(call("rate", single).infos).toEqual([]);
  });
});

test("delta keeps what fell", () => {
  expect(value("delta", minutes([300, 240, 180, 120, 60]))).toBe(-300);
});

describe("irate and idelta", () => {
  test("look at the last two samples only", () => {
    expect(value("irate", minutes([9, 1, 5, 65]))).toBe(1);
    expect(value("idelta", minutes([9, 1, 5, 65]))).toBe(60);
  });

  test("tell a reset from a fall", () => {
    expect(value("irate", minutes([100, 30]))).toBe(0.5);
    expect(value("idelta", minutes([100, 30]))).toBe(-70);
  });

  test("need two samples", () => {
    expect(value("irate", minutes([1]))).toBeNull();
    expect(value("idelta", minutes([1]))).toBeNull();
  });
});

describe("with anchored or smoothed", () => {
  const extended = (modifier: "anchored" | "smoothed", samples: Argument): Argument =>
    samples.kind === "matrix" ? { ...samples, modifier } : samples;
  // The range is from 300 s to 600 s.
  const samples = at([
    [240, 10],
    [360, 20],
    [480, 40],
    [720, 100],
  ]);
  const anchored = at([
    [240, 10],
    [360, 20],
    [480, 40],
  ]);

  test("anchored measures from the last sample before the range", () => {
    expect(value("increase", extended("anchored", anchored))).toBe(30);
    expect(value("rate", extended("anchored", anchored))).toBe(0.1);
    expect(value("delta", extended("anchored", anchored))).toBe(30);
    expect(value("changes", extended("anchored", anchored))).toBe(2);
  });

  test("smoothed interpolates both ends", () => {
    expect(value("increase", extended("smoothed", samples))).toBe(70 - 15);
  });

  test("resets in the range and at its ends are made good", () => {
    expect(
      value(
        "increase",
        extended(
          "anchored",
          at([
            [240, 10],
            [360, 5],
            [480, 7],
          ]),
        ),
      ),
    ).toBe(7);
    expect(
      value(
        "increase",
        extended(
          "smoothed",
          at([
            [240, 10],
            [360, 6],
            [480, 7],
            [720, 4],
          ]),
        ),
      ),
    ).toBe(4 + 2);
    expect(
      value(
        "resets",
        extended(
          "anchored",
          at([
            [240, 10],
            [360, 5],
            [480, 7],
          ]),
        ),
      ),
    ).toBe(1);
  });

  test("there is nothing without a sample in the range", () => {
    for (const name of ["increase", "changes", "resets"]) {
      expect(
        value(
          name,
          extended(
            "anchored",
            at([
              [200, 1],
              [240, 2],
            ]),
          ),
        ),
      ).toBeNull();
    }
    expect(
      value(
        "increase",
        extended(
          "smoothed",
          at([
            [700, 1],
            [720, 2],
          ]),
        ),
      ),
    ).toBeNull();
  });
});
