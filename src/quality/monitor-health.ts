// The body of the quality monitor's `GET /health`: pure arithmetic on numbers handed in. All figures are since
// the start of the process.

import type { DeadLetterHealth } from "../stream/dead-letter.ts";
import type { EvaluationStats } from "./evaluations.ts";

export interface MonitorHealthInputs {
  readonly uptimeSeconds: number;
  /** A member of the consumer group now. */
  readonly kafkaConnected: boolean;
  /** Records with or without value, decodable or not. */
  readonly messagesReceived: number;
  readonly decodeErrors: number;
  readonly evaluations: EvaluationStats;
  readonly deadLetters: DeadLetterHealth;
}

export interface MonitorHealth {
  readonly status: "healthy" | "degraded";
  readonly uptime_seconds: number;
  readonly kafka_connected: boolean;
  /** Averages and the percentage are `null` until there was an evaluation. */
  readonly stats: {
    readonly total_evaluations: number;
    readonly kafka_messages_received: number;
    readonly kafka_decode_errors: number;
    readonly average_accuracy: number | null;
    readonly average_relevance: number | null;
    readonly average_completeness: number | null;
    readonly average_overall: number | null;
    readonly low_quality_count: number;
    readonly low_quality_percentage: number | null;
  };
  readonly dlq_health: DeadLetterHealth;
}

/** Builds the body. */
export function monitorHealth(inputs: MonitorHealthInputs): MonitorHealth {
  const { kafkaConnected, evaluations, deadLetters } = inputs;
  const { averages } = evaluations;
  return {
    status: kafkaConnected ? "healthy" : "degraded",
    uptime_seconds: Math.floor(inputs.uptimeSeconds),
    kafka_connected: kafkaConnected,
    stats: {
      total_evaluations: evaluations.total,
      kafka_messages_received: inputs.messagesReceived,
      kafka_decode_errors: inputs.decodeErrors,
      average_accuracy: averages?.accuracy ?? null,
      average_relevance: averages?.relevance ?? null,
      average_completeness: averages?.completeness ?? null,
      average_overall: averages?.overall ?? null,
      low_quality_count: evaluations.lowQuality,
      low_quality_percentage: evaluations.lowQualityPercentage,
    },
    dlq_health: deadLetters,
  };
}
