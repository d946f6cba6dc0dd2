import { describe, expect, test } from "bun:test";
import { CLEARED, fault, recording, ruleText, series, WARM } from "../hand-made.ts";
import { observed, observedRule } from "./observed.ts";

const HIGH = ruleText("{ alert: High, expr: level > 5 }");
const HIGH_FOR_1M = ruleText("{ alert: High, expr: level > 5, for: 1m }");

describe("an alert of somebody", () => {
  test("is raised by a fault after which it began, with seconds since the start and since the fault", () => {
    const level = series("level", { [WARM + 2]: 9, [CLEARED]: 0 });
    expect(observedRule(HIGH, recording([level]))).toMatchObject({
      raised: { firing_at_s: 180, detection_s: 30, resolved_at_s: 450 },
      firedWithoutFault: false,
      longestPending_s: null,
    });
    expect(observedRule(HIGH_FOR_1M, recording([level])).raised).toEqual({
      firing_at_s: 240,
      detection_s: 90,
      resolved_at_s: 450,
    });
  });

  test("is raised by what came first", () => {
    const levels = [
      series('level{of="a"}', { [WARM + 8]: 9 }),
      series('level{of="b"}', { [WARM + 4]: 9 }),
      series('level{of="c"}', { [WARM + 6]: 9 }),
    ];
    expect(observedRule(HIGH, recording(levels)).raised).toMatchObject({
      detection_s: 60,
      resolved_at_s: null,
    });
  });

  test("fires without a fault if it was pending when the fault came", () => {
    const level = series("level", { [WARM - 2]: 9 });
    expect(observedRule(HIGH_FOR_1M, recording([level]))).toMatchObject({
      raised: null,
      firedWithoutFault: true,
    });
  });

  test("that fires without a fault is not raised when the same instance fires again, but by another", () => {
    const noisy = series('level{of="a"}', { 2: 9, 4: 0, [WARM + 2]: 9 });
    expect(observedRule(HIGH, recording([noisy]))).toMatchObject({ raised: null, firedWithoutFault: true });
    const other = series('level{of="b"}', { [WARM + 4]: 9 });
    expect(observedRule(HIGH, recording([noisy, other]))).toMatchObject({
      raised: { detection_s: 60 },
      firedWithoutFault: true,
    });
  });

  test("that never lasts as long as its `for` was pending so long", () => {
    const level = series("level", {
      2: 9,
      3: 0,
      [WARM + 1]: 9,
      [WARM + 4]: 0,
      [CLEARED]: 9,
      [CLEARED + 1]: 0,
    });
    expect(observedRule(HIGH_FOR_1M, recording([level]))).toMatchObject({
      raised: null,
      longestPending_s: 45,
    });
    const toTheEnd = series("level", { 48: 9 });
    expect(observedRule(HIGH_FOR_1M, recording([toTheEnd])).longestPending_s).toBe(30);
  });

  test("fires without a fault wherever nothing is broken, or the scenario says that all is healthy", () => {
    const level = series("level", { [WARM + 2]: 9 });
    const withoutFault = { raised: null, firedWithoutFault: true };
    expect(observedRule(HIGH, recording([level], { faults: [] }))).toMatchObject(withoutFault);
    const always = { expect: [{ alert: "Watchdog", always: true }] };
    expect(observedRule(HIGH, recording([level]), always)).toMatchObject(withoutFault);
    expect(observed(HIGH, recording([level]), always)).toMatchObject({ faults: [], always: ["Watchdog"] });
  });
});

test("a scenario tells its faults, what was scraped, and what went wrong", () => {
  const scene = recording([series('level{of="a"}'), series('level{of="b"}'), series("up")], {
    faults: [fault(), fault({ fault: "corrupt-payload" }), fault()],
    findings: ["fault sequence-gap did not take"],
  });
  expect(observed(HIGH, scene)).toMatchObject({
    faults: ["sequence-gap", "corrupt-payload"],
    exported: ["level", "up"],
    findings: ["fault sequence-gap did not take"],
  });
});

describe("an expression that gave nothing", () => {
  const gave = (expr: string, texts: readonly string[]) =>
    observedRule(ruleText(`{ alert: A, expr: '${expr}' }`), recording(texts)).parts;
  const level = series("level", { 3: 2, 5: 4, 7: 3 });

  test("tells which of its parts did, and does not look below those", () => {
    expect(gave("(level + 1 > 9) and on() missing", [level])).toEqual([
      { part: 0, gave: false, nearest: null, mismatches: [] },
      { part: 1, gave: false, nearest: null, mismatches: [] },
      { part: 2, gave: false, nearest: 5, mismatches: [] },
      { part: 3, gave: true, nearest: null, mismatches: [] },
      { part: 6, gave: true, nearest: null, mismatches: [] },
      { part: 7, gave: false, nearest: null, mismatches: [] },
    ]);
  });

  test.each([
    ["level > 9", 4],
    ["level >= 2 * 3", 4],
    ["9 < level", 4],
    ["level < 0", 0],
    ["level <= -1", 0],
    ["level == 2.6", 3],
    ["level + 0/0 > 1", null],
    ["level / level > 9", 1],
    ["level > bool 9 > 3", 0],
    ["level > scalar(level)", null],
  ])("%s came as near as %p", (expr, nearest) => {
    expect(gave(expr, [level])[0]).toMatchObject({ gave: false, nearest });
  });

  test("tells the labels that no series has, and a few that are there", () => {
    const ups = ["a", "b", "c", "d", "e", "f"].map((job) => series(`up{job="${job}",zone="z"}`));
    const [, selector] = gave('up{job="x",zone="z",pod=~".+"} == 1', ups);
    expect(selector).toEqual({
      part: 1,
      gave: false,
      nearest: null,
      mismatches: [
        { label: "job", values: ["a", "b", "c", "d", "e"], target_label: "job=x" },
        { label: "pod", values: [], target_label: "pod=..." },
      ],
    });
  });

  test("does not take a series that only ended for one that is there", () => {
    const [, selector] = gave("gone > 1", [series("gone", { 0: "stale" })]);
    expect(selector).toMatchObject({ gave: false });
  });

  test("of a window that is too short has series all the same", () => {
    expect(gave("rate(level[10s]) > 0", [level]).map(({ part, gave: given }) => [part, given])).toEqual([
      [0, false],
      [1, false],
      [3, true],
      [4, true],
    ]);
  });
});

test("a rule that cannot be evaluated says why", () => {
  const text = ruleText("{ alert: A, expr: level * on() group_left() other > 1 }");
  const others = [series("level"), series('other{of="a"}'), series('other{of="b"}')];
  expect(observedRule(text, recording(others)).failures).toMatchObject([
    { reason: expect.stringContaining("found duplicate series for the match group") },
  ]);
});
