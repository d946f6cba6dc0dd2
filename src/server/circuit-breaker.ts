// The `circuit_breaker` object of `/health`. It describes the connection to Kafka and nothing else: a server
// without traffic is waiting, not degraded, and no state here ever stops the process.

export interface CircuitBreakerReport {
  /** `will_restart_soon`, which readers of this object may know, is never reported. */
  readonly state: "healthy" | "degraded";
  readonly degraded_duration_seconds: number | null;
  /** Always `null`: the server does not restart itself. */
  readonly time_until_restart_seconds: null;
}

/**
 * Describes the Kafka connection.
 *
 * @param kafkaDownSeconds how long the consumer has not been a working member of its group, from the start of
 * the process on; `null` = it is one now
 */
export function circuitBreakerReport(kafkaDownSeconds: number | null): CircuitBreakerReport {
  return {
    state: kafkaDownSeconds === null ? "healthy" : "degraded",
    degraded_duration_seconds: kafkaDownSeconds === null ? null : Math.floor(kafkaDownSeconds),
    time_until_restart_seconds: null,
  };
}
