import { describe, expect, test } from "bun:test";
import { MINUTE_MS, rig } from "./promql-rig.ts";

const at = (minutes: number) => minutes * MINUTE_MS;

describe("an instant selector", () => {
  const { at: evaluate } = rig(["x 1 2 _x20", "gone 1 stale", 'y{a="b"} 7x10', "back 1 stale 3"]);

  test("finds a sample until it is five minutes old, and no longer", () => {
    expect(evaluate("x", at(1))).toBe("x 2");
    expect(evaluate("x", at(6) - 1)).toBe("x 2");
    expect(evaluate("x", at(6))).toBe("nothing");
  });

  test("finds nothing before the first sample", () => {
    expect(evaluate("x offset 1ms", 0)).toBe("nothing");
    expect(evaluate("x", 0)).toBe("x 1");
  });

  test("ends at a staleness marker, and begins again after it", () => {
    expect(evaluate("gone", at(1) - 1)).toBe("gone 1");
    expect(evaluate("gone", at(1))).toBe("nothing");
    expect(evaluate("back", at(2))).toBe("back 3");
  });

  test("looks back as far as the engine is told to", () => {
    const short = rig(["x 1"], { lookbackDeltaMs: 30_000 });
    expect(short.at("x", 29_999)).toBe("x 1");
    expect(short.at("x", 30_000)).toBe("nothing");
  });

  test("looks at another time with an offset, also a negative one, and with @", () => {
    expect(evaluate("x offset 1m", at(1))).toBe("x 1");
    expect(evaluate("x offset -1m", 0)).toBe("x 2");
    expect(evaluate("x @ 60", at(100))).toBe("x 2");
    expect(evaluate("x @ 60 offset 1m", at(100))).toBe("x 1");
    expect(evaluate("x offset 1m @ 60", at(100))).toBe("x 1");
  });
});

describe("the time of a sample", () => {
  const { at: evaluate } = rig(["x 0+1x10"]);

  test("is its own for a selector, and that of the evaluation for anything else", () => {
    expect(evaluate("timestamp(x)", at(3) + 1000)).toBe("{} 180");
    expect(evaluate("timestamp((x))", at(3) + 1000)).toBe("{} 180");
    expect(evaluate("timestamp(x + 0)", at(3) + 1000)).toBe("{} 181");
  });

  test("with @ and an offset is found as Prometheus finds it: among the samples for both times", () => {
    expect(evaluate("timestamp(x @ 300 offset -2m)", at(9))).toBe("{} 300");
    expect(evaluate("timestamp(x @ 300 offset 2m)", at(9))).toBe("{} 180");
    expect(evaluate("timestamp(x @ 300 offset 5m)", at(9))).toBe("nothing");
  });
});

test("absence has the labels that were asked for, also in parentheses", () => {
  expect(rig([]).at('absent(((x{job="a"})))', 0)).toBe('{job="a"} 1');
});

describe("series that are known until a time", () => {
  let knownUntilMs = 0;
  const { at: evaluate } = rig(["x 0+1x10"], { knownUntilMs: () => knownUntilMs });

  test.each([
    ["x offset -4m", "x 3", "x 5"],
    ["count_over_time(x[2m] offset -4m)", "nothing", "{} 1"],
    ["sum_over_time(x[4m] offset -4m)", "{} 3", "{} 12"],
    ["max_over_time(x[2m:1m] offset -2m)", "{} 3", "{} 4"],
    ["x smoothed offset -1m30s", "x 3", "x 3.5"],
    ["increase(x[2m] smoothed offset -2m)", "{} 1", "{} 2"],
  ])("have no later samples: %s", (expression, early, later) => {
    knownUntilMs = at(3);
    expect(evaluate(expression, at(2))).toBe(early);
    knownUntilMs = at(5);
    expect(evaluate(expression, at(2))).toBe(later);
  });
});

describe("a range selector", () => {
  const { at: evaluate } = rig(["x 0+1x10", "holes 1 stale _ 4"]);

  test("leaves out a sample at its left end and takes in one at its right end", () => {
    expect(evaluate("x[2m]", at(5))).toBe("x 4@240 5@300");
    expect(evaluate("x[2m] offset 1s", at(5))).toBe("x 3@180 4@240");
  });

  test("has no staleness markers", () => {
    expect(evaluate("holes[10m]", at(3))).toBe("holes 1@0 4@180");
    expect(evaluate("count_over_time(holes[10m])", at(3))).toBe("{} 2");
  });

  test("without samples is no series", () => {
    expect(evaluate("x[1m]", at(30))).toBe("nothing");
    expect(evaluate("holes[1m]", at(1))).toBe("nothing");
  });
});

describe("a subquery", () => {
  const { at: evaluate, range } = rig(["x 0+1x100", 'y{a="b"} 0+1x100']);

  test("is evaluated at multiples of its step, whenever it is asked for", () => {
    expect(evaluate("x[3m:90s]", at(5) + 1000)).toBe("x 3@180 4@270");
    expect(evaluate("x[3m:90s]", at(6))).toBe("x 4@270 6@360");
  });

  test("takes a minute where no step is given", () => {
    expect(evaluate("x[3m:]", at(5))).toBe("x 3@180 4@240 5@300");
  });

  test("has times before 1970 too", () => {
    expect(evaluate("count_over_time(vector(1)[3m:1m])", -30_000)).toBe("{} 3");
    expect(evaluate("vector(1)[3m:1m] offset 10m", 0)).toBe("{} 1@-720 1@-660 1@-600");
  });

  test("moves as a whole with an offset and with @", () => {
    expect(evaluate("x[2m:1m] offset 1m", at(5))).toBe("x 3@180 4@240");
    expect(evaluate("x[2m:1m] @ 300", at(50))).toBe("x 4@240 5@300");
    expect(evaluate("(x offset 1m)[2m:1m] offset 1m", at(5))).toBe("x 2@180 3@240");
  });

  test("goes into itself", () => {
    const nested = "max_over_time(sum_over_time(x[2m:1m])[3m:1m])";
    expect(evaluate(nested, at(5))).toBe("{} 9");
    expect(range(nested, at(5), at(7), MINUTE_MS)).toBe("{} 9@300 11@360 13@420");
  });

  test("gives series in the order of their labels, whichever began first", () => {
    const two = rig(['z{i="1"} _ 1 1', 'z{i="2"} 1 1 1']);
    expect(two.at("topk(1, last_over_time(z[2m:1m]))", at(2))).toBe('z{i="1"} 1');
    expect(two.at("topk(1, last_over_time(z[3m:1m]))", at(2))).toBe('z{i="1"} 1');
  });

  test("that would take forever is refused", () => {
    expect(evaluate("count_over_time(vector(1)[100y:1ms])", at(1))).toBe(
      "promql_invalid: query processing would load too many samples into memory in query execution",
    );
  });
});

describe("a range evaluation", () => {
  const { range } = rig(["x 0+1x10", "late _ _ 5 6"]);

  test("has a point at each step where there is a value, up to the end", () => {
    expect(range("x", 0, at(2), MINUTE_MS)).toBe("x 0@0 1@60 2@120");
    expect(range("late", 0, at(3) - 1, MINUTE_MS)).toBe("late 5@120");
  });

  test("fixes @ start() and @ end() at its own ends", () => {
    expect(range("x @ start() + x @ end()", at(1), at(3), MINUTE_MS)).toBe("{} 4@60 4@120 4@180");
    expect(range("sum_over_time(x[2m:1m] @ end())", at(1), at(2), MINUTE_MS)).toBe("{} 3@60 3@120");
  });

  test("of a number is one series without labels", () => {
    expect(range("time() / 60", 0, at(2), MINUTE_MS)).toBe("{} 0@0 1@60 2@120");
  });

  test("needs a step", () => {
    expect(range("x", 0, at(1), 0)).toBe("promql_invalid: a range needs a step of more than 0 ms, not 0 ms");
  });

  test("of a range or a text is refused", () => {
    const reason = "for range query, must be Scalar or instant Vector";
    expect(range("x[1m]", 0, at(1), MINUTE_MS)).toBe(
      `promql_invalid: invalid expression type "range vector" ${reason}`,
    );
    expect(range('"text"', 0, at(1), MINUTE_MS)).toBe(
      `promql_invalid: invalid expression type "string" ${reason}`,
    );
  });

  test("is sorted by labels, and an instant evaluation is not where sorting was asked for", () => {
    const sorted = rig(['a{x="1"} 5', 'a{x="2"} 7', 'a{x="3"} 6']);
    expect(sorted.at("sort_desc(a)", 0)).toBe('a{x="2"} 7; a{x="3"} 6; a{x="1"} 5');
    expect(sorted.range("sort_desc(a)", 0, at(1), MINUTE_MS)).toMatch(/^a\{x="1"\}/);
  });
});

describe("the name of a metric", () => {
  const series = ['x_total{env="1"} 0+60x10', 'y_total{env="1"} 60+60x10'];
  const { at: evaluate } = rig(series);
  const delayed = rig(series, { delayedNameRemoval: true });

  test.each([
    ["x_total", 'x_total{env="1"} 120'],
    ["-x_total", '{env="1"} -120'],
    ["+x_total", 'x_total{env="1"} 120'],
    ["x_total + y_total", '{env="1"} 300'],
    ["x_total < y_total", 'x_total{env="1"} 120'],
    ["x_total < bool y_total", '{env="1"} 1'],
    ["x_total * 2", '{env="1"} 240'],
    ["x_total > 2", 'x_total{env="1"} 120'],
    ["2 < x_total", 'x_total{env="1"} 120'],
    ["rate(x_total[2m])", '{env="1"} 1'],
    ["last_over_time(x_total[2m])", 'x_total{env="1"} 120'],
    ["topk(1, x_total)", 'x_total{env="1"} 120'],
    ["sum by (__name__) (x_total)", "x_total 120"],
  ])("of %s", (expr, expected) => {
    expect(evaluate(expr, at(2))).toBe(expected);
    expect(delayed.at(expr, at(2))).toBe(expected);
  });

  test("that goes away must not leave two samples with the same labels", () => {
    const twice = "promql_invalid: vector cannot contain metrics with the same labelset";
    expect(evaluate('rate({env="1"}[2m])', at(2))).toBe(twice);
    expect(evaluate('-{env="1"}', at(2))).toBe(twice);
    expect(evaluate('{env="1"} * 2', at(2))).toBe(twice);
    expect(delayed.at('{env="1"} * 2', at(2))).toBe(twice);
  });

  test("or another label that is replaced must not either", () => {
    expect(evaluate('label_replace({env="1"}, "__name__", "z", "", "")', at(2))).toBe(
      "promql_invalid: vector cannot contain metrics with the same labelset",
    );
  });

  test("is there until the end if it is to go away then", () => {
    const rates = 'rate({env="1"}[2m])';
    expect(delayed.at(`label_replace(${rates}, "of", "$1", "__name__", "(.)_total")`, at(2))).toBe(
      '{env="1", of="x"} 1; {env="1", of="y"} 1',
    );
    expect(delayed.at(`sum by (env) (${rates})`, at(2))).toBe('{env="1"} 2');
  });
});

describe("remarks", () => {
  const { instant } = rig(["gauge 1 2 3"]);

  test("say what and where", () => {
    expect(instant("1 +\n rate(gauge[5m])", at(2)).infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "gauge" (2:7)',
    ]);
    expect(instant("quantile(2, gauge)", at(2)).warnings).toEqual([
      "PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)",
    ]);
  });

  test("are made once for each thing that is said", () => {
    expect(instant("rate(gauge[5m]) + rate(gauge[2m])", at(2)).infos).toHaveLength(1);
    expect(instant("gauge", at(2))).toMatchObject({ warnings: [], infos: [] });
  });
});
