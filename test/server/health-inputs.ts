// Inputs of a health report of a server that has just started, for tests to vary.

import { HealthTracker } from "../../src/server/health.ts";
import type { HealthInputs } from "../../src/server/health-report.ts";
import { manualClock } from "../support/manual-clock.ts";

export function quietInputs(): HealthInputs {
  return {
    snapshot: new HealthTracker(manualClock()).snapshot(),
    connectedClients: 0,
    replayBuffer: {
      redis_enabled: false,
      memory_hits: 0,
      redis_hits: 0,
      redis_misses: 0,
      redis_write_dropped: 0,
      redis_write_failures: 0,
      memory_buffer_size: 0,
      max_memory_size: 50_000,
      redis_message_ttl_secs: 3600,
      redis_max_sequences: 10_000,
    },
    deadLetters: {
      mode: "fail_open",
      status: "unknown",
      sends: 0,
      failures_by_reason: { timeout: 0, kafka_error: 0, backpressure: 0 },
      in_flight: 0,
      last_failure_ago_seconds: null,
      waiting_partitions: [],
    },
    tenantLimits: null,
    writer: null,
    kafkaDownSeconds: null,
    pausedPartitions: [],
  };
}
