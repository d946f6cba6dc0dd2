// An exposition is read as a Prometheus 3 server reads it, and what breaks the format is named with its line.

import { describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import { ExpositionReader, parseExposition } from "../../src/promql/exposition.ts";

function read(text: string): readonly string[] {
  return parseExposition(text).map(
    ({ labels, value, timestampMs }) => `${labels} ${value}${timestampMs === null ? "" : ` @${timestampMs}`}`,
  );
}

function refusal(text: string): string {
  try {
    parseExposition(text);
  } catch (error) {
    if (error instanceof DashstreamError && error.code === "exposition_invalid") return error.message;
    throw error;
  }
  throw new Error("it was read");
}

describe("text format", () => {
  test.each([
    ["a 1", ["a 1"]],
    ["a 1\nb 2\n", ["a 1", "b 2"]],
    ["\n  \na 1\r\n", ["a 1"]],
    ["# HELP a what it is\n# TYPE a counter\n# something else\na 1", ["a 1"]],
    ["a{} 1", ["a 1"]],
    ['a{b="c"} 1', ['a{b="c"} 1']],
    ['a { b = "c" , d="e", } 1', ['a{b="c", d="e"} 1']],
    ['a{b="x}y{ z"} 1', ['a{b="x}y{ z"} 1']],
    [String.raw`a{b="q\"uote\\back\nline\t"} 1`, [String.raw`a{b="q\"uote\\back\nline\\t"} 1`]],
    ['a{b=""} 1', ["a 1"]],
    ['{"a.b", c="d"} 1', ['a.b{c="d"} 1']],
    ['{"a", "l.l"="d"} 1', ['a{l.l="d"} 1']],
    ["a:b:c 1", ["a:b:c 1"]],
    ["a +Inf\na -Inf\na Inf\na NaN", ["a Infinity", "a -Infinity", "a Infinity", "a NaN"]],
    ["a 1e3\na -1.5E-2\na .5\na 5.", ["a 1000", "a -0.015", "a 0.5", "a 5"]],
    ["a 1 1700000000123\na\t2\t-5", ["a 1 @1700000000123", "a 2 @-5"]],
  ])("%j", (text, samples) => {
    expect(read(text)).toEqual(samples);
  });
});

describe("OpenMetrics", () => {
  test("times are in seconds, exemplars are passed over", () => {
    const text = [
      "# TYPE a counter",
      'a_total{b="c"} 17 1700000000.123 # {trace_id="x y}"} 0.5 1700000000',
      'a_total 5 # {trace_id="x"} 1',
      "# EOF",
      "",
    ].join("\n");
    expect(read(text)).toEqual(['a_total{b="c"} 17 @1700000000123', "a_total 5"]);
  });
});

describe("borders", () => {
  const text = (type: string) =>
    `# TYPE a ${type}\na_bucket{le="5"} 1\na{quantile="0.50"} 2\na_bucket{le="1e6"} 3`;

  test("of buckets are written anew", () => {
    expect(read(text("histogram"))).toEqual([
      'a_bucket{le="5.0"} 1',
      'a{quantile="0.50"} 2',
      'a_bucket{le="1e+06"} 3',
    ]);
  });

  test("of quantiles too", () => {
    expect(read(text("summary"))).toEqual([
      'a_bucket{le="5"} 1',
      'a{quantile="0.5"} 2',
      'a_bucket{le="1e6"} 3',
    ]);
  });

  test("of neither elsewhere", () => {
    expect(read(text("gauge"))).toEqual([
      'a_bucket{le="5"} 1',
      'a{quantile="0.50"} 2',
      'a_bucket{le="1e6"} 3',
    ]);
  });
});

describe("a reader that is kept", () => {
  test("gives the same labels again, by identity", () => {
    const reader = new ExpositionReader();
    const [first] = reader.read('a{b="c"} 1\nd 2');
    const [, second] = reader.read('d 2\na{b="c"} 3');
    expect(second?.labels).toBe(first?.labels as never);
    expect(second?.value).toBe(3);
  });

  test("is not misled by series that begin alike", () => {
    const reader = new ExpositionReader();
    reader.read("a 1\nab 2");
    expect(reader.read('ab 1\na {x="y"} 2\na{x="z"} 3').map(({ labels }) => String(labels))).toEqual([
      "ab",
      'a{x="y"}',
      'a{x="z"}',
    ]);
  });

  test("does not take a border for that of another type", () => {
    const reader = new ExpositionReader();
    const texts = ["histogram", "gauge", "histogram"].map((type) => `# TYPE a ${type}\na_bucket{le="5"} 1`);
    expect(texts.map((text) => reader.read(text)[0]?.labels.get("le"))).toEqual(["5.0", "5", "5.0"]);
  });
});

describe("what breaks the format", () => {
  test.each([
    ["a 1\nb", 'line 2 of the metrics: "" after b is not a value with an optional time'],
    ["a one", 'line 1 of the metrics: "one" after a is not a value with an optional time'],
    ["a 1_000", 'line 1 of the metrics: "1_000" after a is not a value with an optional time'],
    ["a 1 2 3", 'line 1 of the metrics: "1 2 3" after a is not a value with an optional time'],
    ["a 1 1.5", 'line 1 of the metrics: "1.5" after a is not a time'],
    ['a{b="c" 1', 'line 1 of the metrics: a{b="c" 1 has no closing brace after its labels'],
    ["a{b=c} 1", 'line 1 of the metrics: a{b=c} is not a list of label="value" from character 3 on'],
    ["a{b} 1", 'line 1 of the metrics: a{b} is not a list of label="value" from character 3 on'],
    ['a{b="c",,} 1', 'line 1 of the metrics: a{b="c",,} is not a list of label="value" from character 9 on'],
    ['a{b="c",b="d"} 1', 'line 1 of the metrics: a{b="c",b="d"} has a label twice'],
    ['{b="c"} 1', 'line 1 of the metrics: {b="c"} has no name'],
    ["9a 1", 'line 1 of the metrics: "9a" is not the name of a metric'],
    [
      `{"status":"healthy","x":"${"a".repeat(300)}"}`,
      `line 1 of the metrics: {"status":"healthy","x":"${"a".repeat(54)}… is not a list of label="value" from character 2 on`,
    ],
    ["<html> 1", 'line 1 of the metrics: "<html>" is not the name of a metric'],
  ])("%j", (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });
});
