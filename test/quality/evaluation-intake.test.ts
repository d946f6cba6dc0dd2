import { beforeEach, describe, expect, test } from "bun:test";
import { EvaluationIntake } from "../../src/quality/evaluation-intake.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../src/telemetry/flood.ts";
import { type LogFields, silentLog } from "../../src/telemetry/log.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import type { AttributeValueInit } from "../../src/wire/model.ts";
import { manualClock } from "../support/manual-clock.ts";
import { decoded, reportMessage, type Value } from "./quality-messages.ts";

const PLACE = { partition: 2, offset: 40 };

let metrics: Metrics;
let warnings: (readonly [string, LogFields | undefined])[];
let intake: EvaluationIntake;

beforeEach(() => {
  metrics = createMetrics({ catalogue: CATALOGUE, component: "quality-monitor", with: { redis: false } });
  warnings = [];
  const log = { ...silentLog, warn: (msg: string, fields?: LogFields) => void warnings.push([msg, fields]) };
  intake = new EvaluationIntake(metrics, floodGuard(log, manualClock()));
});

const report = (values: Readonly<Record<string, Value>>, scope = "quality") =>
  intake.take(reportMessage({ values, scope }), PLACE);
const counted = (name: string) => metrics.counter(`dashstream_quality_monitor_${name}_total`).value;

describe("an evaluation", () => {
  test("is counted, and its scores are observed", () => {
    report({ accuracy: 0.9, relevance: 0.6, completeness: 0.3 });
    report({ accuracy: 1, relevance: 1, completeness: 1 });
    expect(counted("evaluations")).toBe(2);
    expect(counted("low_quality_evaluations")).toBe(1);
    const observed = ["accuracy", "relevance", "completeness", "overall"].map((score) => {
      const { count, sum } = metrics.histogram("dashstream_quality_monitor_evaluation_score", { score });
      return [count, Number(sum.toFixed(9))];
    });
    expect(observed).toEqual([
      [2, 1.9],
      [2, 1.6],
      [2, 1.3],
      [2, 1.6],
    ]);
    expect(intake.stats()).toMatchObject({ total: 2, lowQuality: 1 });
  });

  test("is only what has all three scores; the others are counted apart", () => {
    report({ accuracy: 0.9, relevance: 0.6 });
    report({});
    expect(counted("incomplete_reports")).toBe(2);
    expect(counted("evaluations")).toBe(0);
    expect(intake.stats().averages).toBeNull();
  });

  test("is nothing of another scope or kind", () => {
    report({ accuracy: 0.1, relevance: 0.1, completeness: 0.1 }, "cost");
    intake.take(decoded({ event: { nodeId: "n" } }), PLACE);
    intake.take({}, PLACE);
    expect([counted("evaluations"), counted("incomplete_reports"), warnings.length]).toEqual([0, 0, 0]);
  });
});

describe("an alert of an application", () => {
  const alert = (value: AttributeValueInit) => ({
    header: { threadId: "t", tenantId: "acme", schemaVersion: 1 },
    nodeId: "judge",
    attributes: { alert_type: value },
  });
  const LOW = { stringValue: "LOW_QUALITY" };

  test("is counted and logged with where it comes from", () => {
    intake.take(decoded({ event: alert(LOW) }), PLACE);
    expect(counted("low_quality_alerts")).toBe(1);
    const where = { thread_id: "t", tenant_id: "acme", node_id: "judge", partition: 2, offset: 40 };
    expect(warnings).toEqual([["LOW_QUALITY alert of an application", where]]);
  });

  test("is found inside a batch", () => {
    intake.take(decoded({ eventBatch: { events: [alert(LOW), { nodeId: "other" }, alert(LOW)] } }), PLACE);
    expect(counted("low_quality_alerts")).toBe(2);
  });

  test.each<[AttributeValueInit]>([
    [{ stringValue: "HIGH_COST" }],
    [{ stringValue: "low_quality" }],
    [{ boolValue: true }],
  ])("is not %j", (value) => {
    intake.take(decoded({ event: alert(value) }), PLACE);
    expect([counted("low_quality_alerts"), warnings.length]).toEqual([0, 0]);
  });

  test("in a flood is summarised", () => {
    for (let i = 0; i < 50; i++) intake.take(decoded({ event: alert(LOW) }), PLACE);
    expect(counted("low_quality_alerts")).toBe(50);
    expect(warnings).toHaveLength(5);
  });
});
