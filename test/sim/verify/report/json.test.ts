import { describe, expect, test } from "bun:test";
import { verifyDocument } from "../../../../sim/verify/report/json.ts";
import type { VerifyReport } from "../../../../sim/verify/report/report.ts";
import { SAMPLE_REPORT } from "./sample-report.ts";

const written = (report: VerifyReport) => JSON.stringify(verifyDocument(report));

/** The same data with the keys of every object the other way round. */
function reversed<T>(value: T): T;
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reversed(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe("the JSON document", () => {
  test("has the alerts with their times on top", () => {
    expect(JSON.parse(written(SAMPLE_REPORT))).toMatchObject({
      version: "1.2.3",
      seed: 7,
      engine: "dashstream",
      ok: false,
      findings: ["no scenario proves TenantRateLimitExceeded"],
      run: { real_seconds: 41.26, workers: 2 },
    });
    expect(JSON.parse(written(SAMPLE_REPORT)).alerts[0]).toEqual({
      alert: "SequenceGapsDetected",
      name: "SequenceGapsDetected",
      scenario: "sequence-gap",
      severity: "critical",
      proven: true,
      pending_at_s: 390,
      firing_at_s: 510,
      resolved_at_s: 1065,
      detection_s: 150,
      unexpected: [],
      labels: { alertname: "SequenceGapsDetected", component: "websocket-server", severity: "critical" },
      annotations: {
        runbook_url: "https://runbooks.example.com/dashstream/SequenceGapsDetected",
        summary: "SequenceGapsDetected in the drill",
      },
      instead: [],
      reasons: [],
    });
  });

  test("has all of a report but the charts", () => {
    const everything = structuredClone({
      ...SAMPLE_REPORT,
      scenarios: SAMPLE_REPORT.scenarios.map(({ charts: _, ...rest }) => rest),
    });
    expect(JSON.parse(written(SAMPLE_REPORT))).toEqual(everything);
  });

  test("is the same byte for byte in whatever order the keys of its data stand", () => {
    expect(written(reversed(SAMPLE_REPORT))).toBe(written(SAMPLE_REPORT));
  });

  test("differs between two runs of one seed in its part `run` alone, which comes last", () => {
    const other = written({ ...SAMPLE_REPORT, run: { ...SAMPLE_REPORT.run, real_seconds: 99, workers: 1 } });
    const beforeRun = (text: string) => text.slice(0, text.lastIndexOf('"run":'));
    expect(other).not.toBe(written(SAMPLE_REPORT));
    expect(beforeRun(other)).toBe(beforeRun(written(SAMPLE_REPORT)));
  });
});
