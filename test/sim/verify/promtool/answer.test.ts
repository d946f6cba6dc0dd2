import { describe, expect, test } from "bun:test";
import { readDisagreements } from "../../../../sim/verify/promtool/answer.ts";

describe("what promtool prints of a failed test", () => {
  test("is read as alerts, values and expressions, each with its time", () => {
    const output = `  FAILED:
    alertname: Down, time: 1m30s, 
        exp:[], 
        got:[
            0:
              Labels:{alertname="Down", job="a"}
              Annotations:{}
            ]
    expr: "up{job=\\"a\\"} == 0", time: 0s,
        exp: {job="a"} 1E+00
        got: nil
    expr: "up * on(job) up", time: 1h0m15s, err: many-to-many matching
`;
    expect(readDisagreements(output)).toEqual([
      {
        kind: "alert",
        alert: "Down",
        afterMs: 90_000,
        expected: "[]",
        got: '[ 0: Labels:{alertname="Down", job="a"} Annotations:{} ]',
      },
      { kind: "value", expr: 'up{job="a"} == 0', afterMs: 0, expected: '{job="a"} 1E+00', got: "nil" },
      { kind: "expression", expr: "up * on(job) up", afterMs: 3_615_000, reason: "many-to-many matching" },
    ]);
  });

  test("is no disagreement where NaN is expected and NaN is got", () => {
    const output = '  FAILED:\n    expr: "x", time: 15s,\n        exp: x NaN\n        got: x NaN\n';
    expect(readDisagreements(output)).toEqual([]);
  });

  test("is kept whole where it is anything else", () => {
    const output =
      "  FAILED:\n    rule: a, time: 490889h1m0s, err: too many\nopen rules.yaml: no such file\n";
    expect(readDisagreements(output)).toEqual([
      { kind: "other", reason: "rule: a, time: 490889h1m0s, err: too many open rules.yaml: no such file" },
    ]);
    expect(readDisagreements("  FAILED:\nrules.yaml: bad\n")).toEqual([
      { kind: "other", reason: "rules.yaml: bad" },
    ]);
  });
});
