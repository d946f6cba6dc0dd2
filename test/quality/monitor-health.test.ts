import { expect, test } from "bun:test";
import { monitorHealth } from "../../src/quality/monitor-health.ts";

const deadLetters = {
  mode: "fail_open",
  status: "healthy",
  sends: 2,
  failures_by_reason: { timeout: 0, kafka_error: 0, backpressure: 0 },
  in_flight: 0,
  last_failure_ago_seconds: null,
  waiting_partitions: [],
} as const;
const nothing = { total: 0, averages: null, lowQuality: 0, lowQualityPercentage: null };

test("health has exactly the keys that dashboards and scripts read", () => {
  const scores = { accuracy: 0.9, relevance: 0.8, completeness: 0.7, overall: 0.8 };
  const report = monitorHealth({
    uptimeSeconds: 12.9,
    kafkaConnected: true,
    messagesReceived: 10,
    decodeErrors: 2,
    evaluations: { total: 4, averages: scores, lowQuality: 1, lowQualityPercentage: 25 },
    deadLetters,
  });
  expect(report).toEqual({
    status: "healthy",
    uptime_seconds: 12,
    kafka_connected: true,
    stats: {
      total_evaluations: 4,
      kafka_messages_received: 10,
      kafka_decode_errors: 2,
      average_accuracy: 0.9,
      average_relevance: 0.8,
      average_completeness: 0.7,
      average_overall: 0.8,
      low_quality_count: 1,
      low_quality_percentage: 25,
    },
    dlq_health: deadLetters,
  });
});

test("without Kafka it is degraded, and averages of nothing are null and not 0", () => {
  const report = monitorHealth({
    uptimeSeconds: 0,
    kafkaConnected: false,
    messagesReceived: 0,
    decodeErrors: 0,
    evaluations: nothing,
    deadLetters,
  });
  expect(report).toMatchObject({ status: "degraded", kafka_connected: false });
  expect(report.stats).toMatchObject({
    average_accuracy: null,
    average_relevance: null,
    average_completeness: null,
    average_overall: null,
    low_quality_count: 0,
    low_quality_percentage: null,
  });
});
