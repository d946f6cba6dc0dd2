import { describe, expect, test } from "bun:test";
import { rig } from "./promql-rig.ts";

const { at } = rig([
  'a{job="x", code="1"} 1',
  'a{job="x", code="2"} 2',
  'a{job="y", code="1"} 3',
  'b{job="x"} 10',
  'b{job="y"} 20',
  'c{job="x", code="1", zone="z"} 5',
  "none NaN",
  'more{job="x", n="1"} 1',
  'more{job="x", n="2"} 2',
]);
const evaluate = (expr: string) => at(expr, 0);

describe("matching", () => {
  test.each([
    ["b + b", '{job="x"} 20; {job="y"} 40'],
    ["a * on(job) group_left b", '{code="1", job="x"} 10; {code="1", job="y"} 60; {code="2", job="x"} 20'],
    ["b * on(job) group_right a", '{code="1", job="x"} 10; {code="1", job="y"} 60; {code="2", job="x"} 20'],
    ["b - on(job) group_right a", '{code="1", job="x"} 9; {code="1", job="y"} 17; {code="2", job="x"} 8'],
    [
      "a * ignoring(code) group_left b",
      '{code="1", job="x"} 10; {code="1", job="y"} 60; {code="2", job="x"} 20',
    ],
    ["a + on(job, code) group_left(zone) c", '{code="1", job="x", zone="z"} 6'],
    ["a + on(job, code) c", '{code="1", job="x"} 6'],
    ["c + ignoring(zone) a", '{code="1", job="x"} 6'],
    ["b > on(job) b", "nothing"],
    ["b >= bool on(job) b", '{job="x"} 1; {job="y"} 1'],
    ["a > on(job, code) c or b", 'b{job="x"} 10; b{job="y"} 20'],
    ["a + missing", "nothing"],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });

  test("of several with one says on which side the several are", () => {
    expect(evaluate("b + on(job) more")).toBe(
      'promql_invalid: found duplicate series for the match group {job="x"} on the right hand-side of the operation: ' +
        '[{__name__="more", job="x", n="1"}, {__name__="more", job="x", n="2"}];' +
        "many-to-many matching not allowed: matching labels must be unique on one side",
    );
    expect(evaluate("more * on(job) group_right a")).toContain("on the left hand-side of the operation");
  });

  test("of several with one must be asked for", () => {
    expect(evaluate("a + on(job) b")).toBe(
      "promql_invalid: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
    );
  });

  test("must not give the same labels twice", () => {
    expect(evaluate("a + on(job) group_left(code) b")).toBe(
      "promql_invalid: multiple matches for labels: grouping labels must ensure unique matches",
    );
  });
});

describe("sets", () => {
  test.each([
    ['a and on(job) b{job="y"}', 'a{code="1", job="y"} 3'],
    ['a unless on(job) b{job="y"}', 'a{code="1", job="x"} 1; a{code="2", job="x"} 2'],
    [
      "b or a",
      'b{job="x"} 10; b{job="y"} 20; a{code="1", job="x"} 1; a{code="1", job="y"} 3; a{code="2", job="x"} 2',
    ],
    ["b or on(job) a", 'b{job="x"} 10; b{job="y"} 20'],
    ["missing or b", 'b{job="x"} 10; b{job="y"} 20'],
    ["b or missing", 'b{job="x"} 10; b{job="y"} 20'],
    ["b and missing", "nothing"],
    ["missing and b", "nothing"],
    ["b unless missing", 'b{job="x"} 10; b{job="y"} 20'],
    ["b and ignoring(job) none", 'b{job="x"} 10; b{job="y"} 20'],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });
});

describe("numbers", () => {
  test.each([
    ["7 % -3", "1"],
    ["-7 % 3", "-1"],
    ["1 / 0", "+Inf"],
    ["0 / 0", "NaN"],
    ["-1 ^ 2", "-1"],
    ["2 ^ 3 ^ 2", "512"],
    ["2 ^ -1", "0.5"],
    ["1 ^ NaN", "1"],
    ["-1 * -2", "2"],
    ["1 - 2 - 3", "-4"],
    ["1 == bool 1", "1"],
    ["NaN == bool NaN", "0"],
    ["NaN != bool NaN", "1"],
    ["1 + 2 * 3 == bool 7", "1"],
    ["0 atan2 -1", "3.141592653589793"],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });

  test("filter vectors, from whichever side, and the vector's values stay", () => {
    expect(evaluate("b > 10")).toBe('b{job="y"} 20');
    expect(evaluate("10 < b")).toBe('b{job="y"} 20');
    expect(evaluate("10 < bool b")).toBe('{job="x"} 0; {job="y"} 1');
    expect(evaluate("none == NaN")).toBe("nothing");
    expect(evaluate("none != NaN")).toBe("none NaN");
    expect(evaluate("100 - b")).toBe('{job="x"} 90; {job="y"} 80');
  });
});
