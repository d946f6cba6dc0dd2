import { describe, expect, test } from "bun:test";
import { parseScript } from "../../../src/promql/testing/parse-script.ts";
import type { Command, Evaluation, Load } from "../../../src/promql/testing/script.ts";

const parsed = (text: string) => parseScript(text, "a.test");

function only<K extends Command["kind"]>(kind: K, text: string): Extract<Command, { readonly kind: K }> {
  const isKind = (command: Command): command is Extract<Command, { readonly kind: K }> =>
    command.kind === kind;
  const found = parsed(text).find(isKind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const load = (text: string): Load => only("load", text);
const evaluation = (text: string): Evaluation => only("eval", text);

describe("load", () => {
  test("takes the series below it, up to an empty line or a comment", () => {
    const { intervalMs, series } = load("load 1m30s\n  a{b='c'} 1 2\n  d 3\n# end\nclear\n");
    expect(intervalMs).toBe(90_000);
    expect(series.map(({ labels, values }) => [labels.toString(), values])).toEqual([
      ['a{b="c"}', [1, 2]],
      ["d", [3]],
    ]);
  });

  test("takes the last line of a series that is there twice", () => {
    expect(load("load 1m\n a 1\n b 2\n a 3").series.map(({ values }) => values)).toEqual([[3], [2]]);
  });

  test("notes series with native histograms and start timestamps", () => {
    const { series, unsupported } = load("load 1m\n a {{count:1}} 2\n b{c='d'}@st -1m\n b{c='d'} 1");
    expect(series.map(({ labels }) => labels.toString())).toEqual(['b{c="d"}']);
    expect(unsupported.map(({ labels, reason }) => `${labels}: ${reason}`)).toEqual([
      "a: native histograms are not supported",
      'b{c="d"}: start timestamps are not supported',
    ]);
  });

  test("notes the native histograms that load_with_nhcb would make", () => {
    const { series, unsupported } = load('load_with_nhcb 1m\n h_bucket{le="1", a="b"} 1\n h_sum 2\n other 3');
    expect(series).toHaveLength(3);
    expect(unsupported.map(({ labels }) => labels.toString())).toEqual(['h{a="b"}', "h"]);
  });
});

describe("eval", () => {
  test("is at an instant or over a range", () => {
    expect(evaluation("\neval instant at 1m up == 1")).toMatchObject({
      line: 2,
      expr: "up == 1",
      time: { kind: "instant", atMs: 60_000 },
    });
    expect(evaluation("eval range from 0 to 10m step 1m sum(up)")).toMatchObject({
      expr: "sum(up)",
      time: { kind: "range", startMs: 0, endMs: 600_000, stepMs: 60_000 },
    });
  });

  test("expects series, a scalar or a string", () => {
    expect(evaluation('eval instant at 0 up\n up{a="b"} 1\n {} 2').expectation.value).toMatchObject({
      kind: "series",
      series: [{ values: [1] }, { values: [2] }],
    });
    expect(evaluation("eval instant at 0 1\n 0x10").expectation.value).toEqual({ kind: "scalar", value: 16 });
    expect(evaluation("eval instant at 0 1\n NaN").expectation.value).toEqual({
      kind: "scalar",
      value: Number.NaN,
    });
    expect(evaluation('eval instant at 0 "a"\n expect string `a`').expectation.value).toEqual({
      kind: "string",
      value: "a",
    });
  });

  test("expects messages, in the newer form and the older one", () => {
    const messages = (text: string) => {
      const { failure, warnings, infos, ...others } = evaluation(text).expectation;
      const { isOrdered, noWarnings, noInfos } = others;
      const texts = [failure?.text ?? null, warnings.map((w) => w.text), infos.map((i) => i.text)];
      return [...texts, isOrdered, noWarnings, noInfos];
    };
    const at = "instant at 0 up\n";
    expect(messages(`eval ${at} expect fail`)).toEqual(["any", [], [], false, false, false]);
    expect(messages(`eval ${at} expect fail msg:  a b `)).toEqual(["a b", [], [], false, false, false]);
    expect(messages(`eval ${at} expect warn regex: a+`)).toEqual([null, ["/a+/"], [], false, false, false]);
    expect(messages(`eval ${at} expect info\n expect no_warn`)).toEqual([
      null,
      [],
      ["any"],
      false,
      true,
      false,
    ]);
    expect(messages(`eval ${at} expect ordered\n expect no_info`)).toEqual([null, [], [], true, false, true]);
    expect(messages(`eval_fail ${at} expected_fail_message x y`)).toEqual([
      "x y",
      [],
      [],
      false,
      false,
      false,
    ]);
    expect(messages(`eval_fail ${at} expected_fail_regexp x.y`)).toEqual([
      "/x.y/",
      [],
      [],
      false,
      false,
      false,
    ]);
    expect(messages(`eval_warn ${at}`)).toEqual([null, ["any"], [], false, false, false]);
    expect(messages(`eval_info ${at}`)).toEqual([null, [], ["any"], false, false, false]);
    expect(messages(`eval_ordered ${at}`)).toEqual([null, [], [], true, false, false]);
  });

  test("matches messages whole, and regular expressions anywhere", () => {
    const failure = (line: string) =>
      evaluation(`eval instant at 0 up\n expect fail ${line}`).expectation.failure;
    expect(failure("msg: a.c")?.matches("a.c")).toBe(true);
    expect(failure("msg: a.c")?.matches("a.cd")).toBe(false);
    expect(failure("regex: a.c")?.matches("xabcd")).toBe(true);
    expect(failure("regex: ^a")?.matches("xa")).toBe(false);
  });

  test("takes a range vector from an instant", () => {
    const text = "eval instant at 1m a[1m]\n expect range vector from 10s to 1m step 10s\n a 1 2 3";
    expect(evaluation(text).expectation.points).toEqual({ startMs: 10_000, endMs: 60_000, stepMs: 10_000 });
  });

  test("notes that a native histogram is expected", () => {
    expect(evaluation("eval instant at 0 h\n h {{count:1}}").expectation.unsupported).toBe(
      "native histograms are not supported",
    );
  });

  test("a metric may be called expect", () => {
    expect(evaluation("eval instant at 0 expect\n expect{} 1").expectation.value).toMatchObject({
      series: [{ values: [1] }],
    });
  });
});

test.each([
  ["clear\nsave", "a.test:2: expected load, clear or eval"],
  ["load", "a.test:1: expected load INTERVAL"],
  ["load 1x\n a 1", 'a.test:1: the interval is "1x", expected a duration'],
  ["load 1m\n a 1 b", 'a.test:2: series value "b"'],
  ["load 1m\n 1 2", "a.test:2: series"],
  ["eval up", "a.test:1: expected eval instant at TIME EXPR or eval range"],
  ["eval instant up", "a.test:1: expected eval instant at TIME EXPR"],
  ["eval instant at now up", 'a.test:1: the time is "now", expected a duration'],
  ["eval range from 2m to 1m step 1m up", "a.test:1: it ends at 1m, before it begins at 2m"],
  ["eval instant at 0 up\n expect nothing", "a.test:2: expected expect fail, warn, info"],
  ["eval instant at 0 up\n expect warn\n expect no_warn", "a.test:3: expect warn contradicts no_warn"],
  ["eval instant at 0 up\n expect fail\n expect fail", "a.test:3: expect fail is given twice"],
  ["eval instant at 0 up\n expect fail regex: (", "a.test:2: invalid regular expression"],
  ["eval instant at 0 up\n expect string 'a'", "a.test:2: expected a string in quotes"],
  ["eval instant at 0 up\n expect range vector from 1m", "a.test:2: expected expect range vector from TIME"],
  ["eval instant at 0 up\n up 1 2", "a.test:2: several values of an instant evaluation"],
])("%p is refused", (text, reason) => {
  expect(() => parsed(text)).toThrow(reason);
});
