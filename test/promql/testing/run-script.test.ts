import { describe, expect, test } from "bun:test";
import { runScript } from "../../../src/promql/testing/run-script.ts";

const LOAD = 'load 1m\n  a_total{b="c"} 0+60x10\n  a_total{b="d"} 0+120x10\n  gauge 1 stale 3\n\n';

const run = (text: string, load = LOAD) => runScript(load + text, "a.test");
const counts = (text: string, load = LOAD) => {
  const { passed, failed, skipped } = run(text, load);
  return { passed, failed, skipped };
};
const PASSED = { passed: 1, failed: 0, skipped: 0 };
const SKIPPED = { passed: 0, failed: 0, skipped: 1 };

/** What the one failure says. */
function difference(text: string): string {
  const { failures, skips } = run(text);
  const [failure, ...others] = failures;
  expect([others, skips]).toEqual([[], []]);
  return failure ? `${failure.expected} <> ${failure.got}` : "none";
}

describe("an evaluation passes", () => {
  test.each([
    ['eval instant at 5m rate(a_total[5m])\n {b="c"} 1\n {b="d"} 2'],
    ['eval instant at 5m a_total\n a_total{b="d"} 600\n a_total{b="c"} 300'],
    ['eval instant at 5m sort_desc(sum by (b) (a_total))\n expect ordered\n {b="d"} 600\n {b="c"} 300'],
    ["eval range from 0 to 2m step 1m gauge\n gauge 1 _ 3"],
    ["eval instant at 5m 1 + 1\n 2"],
    ['eval instant at 5m "x"\n expect string "x"'],
    ["eval instant at 5m nothing"],
    ["eval instant at 5m sum(a_total)\n {} 900.0000001"],
    ["eval instant at 2m gauge[3m]\n expect range vector from 0 to 2m step 1m\n gauge 1 _ 3"],
    ["eval instant at 5m a_total + on () a_total\n expect fail"],
    ["eval instant at 5m a_total + on () a_total\n expect fail regex: many-to-many"],
    ["eval instant at 5m rate(gauge[6m])\n expect info\n {} 0.011111111"],
  ])("%s", (text) => {
    expect(run(text).failures).toEqual([]);
    expect(counts(text)).toEqual(PASSED);
  });
});

describe("an evaluation fails, and says what was expected and what came", () => {
  test.each([
    ["eval instant at 5m sum(a_total)\n {} 901", "{} 901 <> {} 900"],
    ["eval instant at 5m sum(a_total)\n {} 900.01", "{} 900.01 <> {} 900"],
    ["eval instant at 5m sum(a_total)", "no {} <> {} 900"],
    ["eval instant at 5m nothing\n {} 1", "{} 1 <> no {}"],
    ["eval instant at 5m 1 + 1\n 3", "3 <> 2"],
    ["eval instant at 5m 1 + 1\n {} 2", "{} 2 <> 2"],
    ['eval instant at 5m "x"\n expect string "y"', '"y" <> "x"'],
    [
      "eval range from 0 to 2m step 1m gauge\n gauge 1 1 3",
      "gauge 1@0 1@60000 3@120000 <> gauge 1@0 3@120000",
    ],
    ["eval range from 0 to 2m step 1m gauge", "no gauge <> gauge 1@0 3@120000"],
    ["eval instant at 5m sum(a_total)\n expect fail\n {} 900", "error: any <> {} 900"],
    [
      "eval instant at 5m a_total + on () a_total\n expect fail msg: x",
      /^error: x <> error: .*many-to-many matching not allowed/,
    ],
    ["eval instant at 5m a_total + on () a_total\n {} 1", /^\{\} 1 <> error: /],
    ["eval instant at 5m sum(\n {} 1", /^\{\} 1 <> error: .*parse error/],
    [
      'eval instant at 5m sort(sum by (b) (a_total))\n expect ordered\n {b="d"} 600\n {b="c"} 300',
      '{b="c"} 300 at position 2 <> it at position 1',
    ],
    ["eval instant at 5m sum(a_total)\n expect warn\n {} 900", "warning any <> no warning"],
    [
      "eval instant at 5m rate(gauge[6m])\n expect no_info\n {} 0.011111111",
      /^no info <> PromQL info: metric might not/,
    ],
    [
      "eval instant at 5m rate(gauge[6m])\n expect info msg: x\n {} 0.011111111",
      /^info x <> PromQL info: metric might not/,
    ],
  ])("%s", (text, expected) => {
    if (typeof expected === "string") expect(difference(text)).toBe(expected);
    else expect(difference(text)).toMatch(expected);
  });

  test("with file, line and expression", () => {
    expect(run("eval instant at 5m sum(a_total)\n {} 1").failures).toEqual([
      { file: "a.test", line: 6, expr: "sum(a_total)", expected: "{} 1", got: "{} 900" },
    ]);
  });
});

describe("an evaluation is skipped with the reason", () => {
  test("if it selects native histograms, and only then", () => {
    const load = 'load 1m\n h{a="b"} {{count:1}}x5\n h{a="c"} 1x5\n\n';
    expect(run('eval instant at 1m h{a="b"}\n', load).skips).toEqual([
      {
        file: "a.test",
        line: 5,
        expr: 'h{a="b"}',
        reason: 'h{a="b"}: native histograms are not supported',
      },
    ]);
    expect(counts('eval instant at 1m max_over_time({__name__=~"h+"}[2m:])\n', load)).toEqual(SKIPPED);
    expect(counts('eval instant at 1m h{a="c"}\n h{a="c"} 1', load)).toEqual(PASSED);
    expect(counts("clear\n\neval instant at 1m h\n", load)).toEqual(PASSED);
  });

  test("if it expects native histograms", () => {
    expect(counts("eval instant at 1m sum(x)\n {} {{count:1}}")).toEqual(SKIPPED);
  });

  test("if it uses what is experimental", () => {
    const { skips } = run("eval instant at 1m mad_over_time(gauge[5m])\n {} 1");
    expect(skips.map(({ reason }) => reason)).toEqual([
      '1:1: function "mad_over_time" is experimental and not supported',
    ]);
  });
});

test("series loaded twice over the same time are refused by file and line", () => {
  expect(() => run("load 1m\n gauge 1")).toThrow(
    "a.test:7: gauge has a sample at 0 ms, but was loaded up to",
  );
});

test("a script that cannot be read is refused by file and line, and nothing of it counts", () => {
  expect(() => run("eval instant at 5m gauge\n gauge 3\n\nsave")).toThrow(
    "a.test:9: expected load, clear or eval",
  );
});

test("durations that depend on the evaluation are those of each", () => {
  const load = "load 10s\n  a 0+1x60\n\n";
  const range = "eval range from 5m to 10m step 5m";
  expect(run(`${range} count_over_time(a[step()])\n {} 30 30`, load).failures).toEqual([]);
  expect(run(`${range} count_over_time(a[range() / 5])\n {} 6 6`, load).failures).toEqual([]);
  expect(run(`${range} a offset step()\n a 0 30`, load).failures).toEqual([]);
  expect(
    run(`${range} count_over_time(a[range():step() / 10] offset (range() - step()))\n {} 10 10`, load)
      .failures,
  ).toEqual([]);
  // A step below a millisecond is none: it is a minute then.
  expect(run(`${range} count_over_time(a[5m:step() / 1000000])\n {} 5 5`, load).failures).toEqual([]);
  expect(
    counts("eval instant at 5m a[step()]\n expect fail regex: duration must be greater than 0", load),
  ).toEqual(PASSED);
});
