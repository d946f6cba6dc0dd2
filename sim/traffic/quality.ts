// The quality report at the end of a run, which the exporter and the quality monitor live on.

import { MetricType, type MetricValueInit } from "../../src/wire/model.ts";
import type { Draft } from "./draft.ts";
import { type Run, shortId } from "./run.ts";

/** The lowest quality score that passes. */
const PASS_SCORE = 0.75;

/** A `Metrics` message of scope `quality`: ratios as floats, counts and times as integers. */
export function qualityReport(run: Run): Draft {
  const { content, threadId } = run;
  const accuracy = content.ratio(run.failed ? 0.4 : 0.88);
  const relevance = content.ratio(run.failed ? 0.5 : 0.9);
  const completeness = content.ratio(run.failed ? 0.3 : 0.84);
  const score = (accuracy + relevance + completeness) / 3;
  return {
    kind: "metrics",
    body: {
      scope: "quality",
      scopeId: threadId,
      metrics: {
        accuracy: ratio(accuracy),
        relevance: ratio(relevance),
        completeness: ratio(completeness),
        quality_score: ratio(score),
        passed: { boolValue: score >= PASS_SCORE, type: MetricType.METRIC_TYPE_GAUGE },
        latency_ms: count(Math.round(run.durationUs / 1000), "ms"),
        retry_count: count(run.retries, "count"),
        turn_number: count(run.state.messages.length - 1, "count"),
      },
      tags: {
        thread_id: threadId,
        tenant_id: run.tenantId,
        graph_name: run.blueprint.name,
        application_type: run.blueprint.applicationType,
        model: run.model,
        category: content.category(),
        query_id: shortId(run, "query"),
      },
    },
  };
}

function ratio(value: number): MetricValueInit {
  return { floatValue: value, unit: "ratio", type: MetricType.METRIC_TYPE_GAUGE };
}

function count(value: number, unit: string): MetricValueInit {
  return { intValue: value, unit, type: MetricType.METRIC_TYPE_GAUGE };
}
