import { describe, expect, test } from "bun:test";
import { rig } from "./promql-rig.ts";

const { at, instant } = rig([
  'a{job="x", i="1"} 1',
  'a{job="x", i="2"} 3',
  'a{job="y", i="1"} 5',
  'a{job="y", i="2"} NaN',
  'big{i="1"} 1e308',
  'big{i="2"} 1e308',
  'tiny{i="1"} 1',
  'tiny{i="2"} 1e100',
  'tiny{i="3"} 1',
  'tiny{i="4"} -1e100',
  'odd{i="1"} NaN',
  'odd{i="2"} 4',
  'odd{i="3"} 6',
  'same{i="1"} 2',
  'same{i="2"} 2',
  'same{i="3"} 2.5',
]);
const evaluate = (expr: string) => at(expr, 0);

describe("one value for each group", () => {
  test.each([
    ['sum(a{job="x"})', "{} 4"],
    ["sum by (job) (a)", '{job="x"} 4; {job="y"} NaN'],
    ["sum without (i) (a)", '{job="x"} 4; {job="y"} NaN'],
    ["sum by (nowhere) (same)", "{} 6.5"],
    [
      "count by (job, i) (a)",
      '{i="1", job="x"} 1; {i="1", job="y"} 1; {i="2", job="x"} 1; {i="2", job="y"} 1',
    ],
    ["min by (job) (a)", '{job="x"} 1; {job="y"} 5'],
    ["max by (job) (a)", '{job="x"} 3; {job="y"} 5'],
    ["group(a)", "{} 1"],
    ["avg(big)", "{} 1e+308"],
    ["sum(big)", "{} +Inf"],
    ["sum(tiny)", "{} 2"],
    ["avg(tiny)", "{} 0.5"],
    ["stdvar(same)", "{} 0.05555555555555558"],
    ['stddev(a{job="x"})', "{} 1"],
    ['stddev(a{job="y"})', "{} NaN"],
    ["quantile(0.5, same)", "{} 2"],
    ["quantile(0.75, same)", "{} 2.25"],
    ["quantile(-1, same)", "{} -Inf"],
    ["sum(missing)", "nothing"],
    ["count(missing)", "nothing"],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });
});

describe("some samples of each group", () => {
  test.each([
    ["topk(2, a)", 'a{i="1", job="y"} 5; a{i="2", job="x"} 3'],
    ["bottomk(2, a)", 'a{i="1", job="x"} 1; a{i="2", job="x"} 3'],
    ["topk by (job) (1, a)", 'a{i="2", job="x"} 3; a{i="1", job="y"} 5'],
    ["topk(9, a)", 'a{i="1", job="y"} 5; a{i="2", job="x"} 3; a{i="1", job="x"} 1; a{i="2", job="y"} NaN'],
    ["topk(3, odd)", 'odd{i="3"} 6; odd{i="2"} 4; odd{i="1"} NaN'],
    ["bottomk(3, odd)", 'odd{i="2"} 4; odd{i="3"} 6; odd{i="1"} NaN'],
    ["topk(1, odd)", 'odd{i="3"} 6'],
    ["bottomk(1, odd)", 'odd{i="2"} 4'],
    ["topk(1.9, a)", 'a{i="1", job="y"} 5'],
    ["topk(0, a)", "nothing"],
    ["topk(-1, a)", "nothing"],
    ["count(limitk(2, a))", "{} 2"],
    ["limitk(1, same)", 'same{i="1"} 2'],
    ["limit_ratio(0, a)", "nothing"],
    ["count(limit_ratio(1, a))", "{} 4"],
    ["limit_ratio(0.5, a) and limit_ratio(-0.5, a)", "nothing"],
    ["count(limit_ratio(0.5, a) or limit_ratio(-0.5, a))", "{} 4"],
    ["topk(NaN, a)", "promql_invalid: Parameter value is NaN"],
    ["topk(1e19, a)", "promql_invalid: Scalar value 1e+19 overflows int64"],
    ["limit_ratio(NaN, a)", "promql_invalid: Ratio value is NaN"],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });

  test("a ratio beyond one counts as one, with a warning", () => {
    expect(instant("limit_ratio(1.5, same)", 0).warnings).toEqual([
      "PromQL warning: ratio value should be between -1 and 1, got 1.5, capping to 1 (1:13)",
    ]);
  });
});

describe("counting values", () => {
  test.each([
    ['count_values("v", same)', '{v="2"} 2; {v="2.5"} 1'],
    ['count_values without (i) ("v", same)', '{v="2"} 2; {v="2.5"} 1'],
    [
      'count_values by (job) ("i", a)',
      '{i="1", job="x"} 1; {i="5", job="y"} 1; {i="3", job="x"} 1; {i="NaN", job="y"} 1',
    ],
    ['count_values("v", big)', `{v="1${"0".repeat(308)}"} 2`],
    ['count_values("v", vector(1.5e-7))', '{v="0.00000015"} 1'],
    ['count_values("v", -vector(0))', '{v="-0"} 1'],
    ['count_values("", a)', 'promql_invalid: invalid label name ""'],
  ])("%s", (expr, expected) => {
    expect(evaluate(expr)).toBe(expected);
  });
});
