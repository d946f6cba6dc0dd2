// Turns each failed attempt to reach Kafka into the series, the health and the log line that alerts and people read.

import { describeError } from "../errors.ts";
import type { OnInfrastructureError } from "../stream/infrastructure-errors.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { HealthTracker } from "./health.ts";

export function reportInfrastructure(
  metrics: Metrics,
  health: HealthTracker,
  errors: FloodGuard,
): OnInfrastructureError {
  const total = metrics.counter("websocket_infrastructure_errors_total");
  return (type, operation, error) => {
    health.infrastructureError();
    total.inc();
    metrics.counter("websocket_kafka_errors_by_type_total", { error_type: type }).inc();
    const fields = { error_type: type, operation, error: describeError(error) };
    errors.warn(`kafka ${operation} ${type}`, `kafka ${operation} failed: ${type}`, fields);
  };
}
