import { describe, expect, test } from "bun:test";
import type { HealthSnapshot } from "../../src/server/health.ts";
import { healthReport } from "../../src/server/health-report.ts";
import { quietInputs } from "./health-inputs.ts";

function reportOf(snapshot: Partial<HealthSnapshot>) {
  const inputs = quietInputs();
  return healthReport({ ...inputs, snapshot: { ...inputs.snapshot, ...snapshot } });
}

describe("the keys of /health", () => {
  test("have limits per tenant only where there are some, at the end", () => {
    const tenantLimits = {
      store: "local",
      limited: 0,
      limited_last_120s: 0,
      tenants_over_limit: [],
      redis: null,
    } as const;
    const report = healthReport({ ...quietInputs(), tenantLimits });
    expect(Object.entries(report).at(-1)).toEqual(["tenant_limits", tenantLimits]);
  });

  test("have the writer only where servers write for each other, at the end", () => {
    const writer = { joined: true, partitions: [0, 2] };
    expect(Object.entries(healthReport({ ...quietInputs(), writer })).at(-1)).toEqual(["writer", writer]);
  });

  test("are all there, in the order that readers know, with our own at the end", () => {
    const report = reportOf({ payloadMissing: 1 });
    expect(Object.keys(report)).toEqual([
      "status",
      "metrics",
      "replay_buffer",
      "kafka_status",
      "websocket_status",
      "alert",
      "circuit_breaker",
      "connected_clients",
      "dlq_health",
    ]);
    expect(Object.keys(report.metrics)).toEqual([
      "kafka_messages_received",
      "kafka_errors",
      "infrastructure_errors",
      "connected_clients",
      "uptime_seconds",
      "last_kafka_message_ago_seconds",
      "dropped_messages",
      "dropped_messages_last_120s",
      "last_drop_ago_seconds",
      "decode_errors",
      "old_data_decode_errors",
      "payload_missing",
      "last_infrastructure_error_ago_seconds",
      "decode_errors_last_120s",
      "messages_last_120s",
      "send_failed",
      "send_timeout",
      "send_failed_last_120s",
      "send_timeout_last_120s",
    ]);
    expect(Object.keys(report.replay_buffer)).toEqual([
      "redis_enabled",
      "memory_hits",
      "redis_hits",
      "redis_misses",
      "redis_write_dropped",
      "redis_write_failures",
      "memory_buffer_size",
      "max_memory_size",
      "redis_message_ttl_secs",
      "redis_max_sequences",
    ]);
  });

  test("carry whole seconds and each count where it belongs", () => {
    const report = reportOf({
      uptimeSeconds: 12.9,
      received: 1,
      receivedInWindow: 2,
      lastReceivedAgoSeconds: 3.9,
      decodeErrors: 4,
      decodeErrorsInWindow: 0,
      oldDataDecodeErrors: 5,
      infrastructureErrors: 6,
      lastInfrastructureErrorAgoSeconds: 7.9,
      dropped: 8,
      droppedInWindow: 9,
      lastDropAgoSeconds: 10.9,
      sendFailed: 11,
      sendFailedInWindow: 12,
      sendTimeout: 13,
      sendTimeoutInWindow: 14,
    });
    expect(report.metrics).toEqual({
      kafka_messages_received: 1,
      kafka_errors: 4,
      infrastructure_errors: 6,
      connected_clients: 0,
      uptime_seconds: 12,
      last_kafka_message_ago_seconds: 3,
      dropped_messages: 8,
      dropped_messages_last_120s: 9,
      last_drop_ago_seconds: 10,
      decode_errors: 4,
      old_data_decode_errors: 5,
      payload_missing: 0,
      last_infrastructure_error_ago_seconds: 7,
      decode_errors_last_120s: 0,
      messages_last_120s: 2,
      send_failed: 11,
      send_timeout: 13,
      send_failed_last_120s: 12,
      send_timeout_last_120s: 14,
    });
  });
});

describe("status", () => {
  const flowing = { received: 500, receivedInWindow: 500, lastReceivedAgoSeconds: 1 };

  test("of an idle server is waiting, not degraded", () => {
    expect(reportOf({}).status).toBe("waiting");
    expect(reportOf({ ...flowing, lastReceivedAgoSeconds: 60.1 }).status).toBe("waiting");
  });

  test("is healthy while records come, up to 60 seconds of silence", () => {
    expect(reportOf(flowing).status).toBe("healthy");
    expect(reportOf({ ...flowing, lastReceivedAgoSeconds: 60 }).status).toBe("healthy");
  });

  test("is reconnecting for 120 seconds after an infrastructure error, traffic or not", () => {
    expect(reportOf({ ...flowing, lastInfrastructureErrorAgoSeconds: 119.9 }).status).toBe("reconnecting");
    expect(reportOf({ lastInfrastructureErrorAgoSeconds: 5 }).status).toBe("reconnecting");
    expect(reportOf({ ...flowing, lastInfrastructureErrorAgoSeconds: 120 }).status).toBe("healthy");
  });

  test("is degraded above one percent of failures, from 100 records on, before all else", () => {
    const failing = { ...flowing, receivedInWindow: 100, decodeErrorsInWindow: 2 };
    expect(reportOf({ ...failing, lastInfrastructureErrorAgoSeconds: 1 }).status).toBe("degraded");
    expect(reportOf({ ...failing, decodeErrorsInWindow: 1 }).status).toBe("healthy");
    expect(reportOf({ ...failing, receivedInWindow: 99, decodeErrorsInWindow: 50 }).status).toBe("healthy");
  });
});

describe("kafka_status", () => {
  test.each([
    [null, "waiting_for_messages"],
    [0, "connected"],
    [59.9, "connected"],
    [60, "no_recent_messages"],
  ] as const)("with the last record %p seconds ago is %s", (lastReceivedAgoSeconds, expected) => {
    expect(reportOf({ lastReceivedAgoSeconds }).kafka_status).toBe(expected);
  });
});

test("clients are counted in words, in metrics and at the top", () => {
  expect(healthReport(quietInputs()).websocket_status).toBe("no_clients");
  const report = healthReport({ ...quietInputs(), connectedClients: 3 });
  expect(report.websocket_status).toBe("3_clients_connected");
  expect(report.metrics.connected_clients).toBe(3);
  expect(report.connected_clients).toBe(3);
});

describe("alert", () => {
  test("names paused partitions, the first ten of many, and how they go on", () => {
    const alertOf = (count: number) =>
      healthReport({
        ...quietInputs(),
        pausedPartitions: Array.from({ length: count }, (_, partition) => ({ partition, offset: 7 })),
      }).alert;
    expect(alertOf(0)).toBeUndefined();
    expect(alertOf(2)).toBe(
      "CRITICAL: 2 partitions are paused at a bad record (0 at 7, 1 at 7); POST /admin/partitions/N/resume goes on behind it",
    );
    expect(alertOf(12)).toContain("12 partitions are paused at a bad record (0 at 7, ");
    expect(alertOf(12)).toContain(", 9 at 7 and 2 more); ");
  });

  test("is absent when there is nothing to say", () => {
    expect("alert" in reportOf({ receivedInWindow: 1000, droppedInWindow: 10 })).toBe(false);
  });

  test("names drops, error rate, Redis and missing values in this order", () => {
    const inputs = quietInputs();
    const report = healthReport({
      ...inputs,
      snapshot: {
        ...inputs.snapshot,
        droppedInWindow: 11,
        receivedInWindow: 200,
        decodeErrorsInWindow: 5,
        payloadMissing: 2,
      },
      replayBuffer: {
        ...inputs.replayBuffer,
        redis_enabled: true,
        redis_write_dropped: 3,
        redis_write_failures: 4,
      },
    });
    const parts = report.alert?.split(" | ") ?? [];
    expect(parts.map((part) => part.split(":")[0])).toEqual([
      "WARNING",
      "CRITICAL",
      "WARNING",
      "WARNING",
      "CRITICAL",
    ]);
    expect(parts[1]).toContain("2.5 %");
  });

  test("is only information when few records were seen", () => {
    expect(reportOf({ receivedInWindow: 99, decodeErrorsInWindow: 9 }).alert).toStartWith("INFO:");
  });

  test("says nothing of Redis where none is configured", () => {
    const inputs = quietInputs();
    const replayBuffer = { ...inputs.replayBuffer, redis_write_dropped: 3, redis_write_failures: 4 };
    expect(healthReport({ ...inputs, replayBuffer }).alert).toBeUndefined();
  });
});

describe("circuit_breaker", () => {
  test("describes the Kafka connection and never announces a restart", () => {
    const inputs = quietInputs();
    expect(healthReport(inputs).circuit_breaker).toEqual({
      state: "healthy",
      degraded_duration_seconds: null,
      time_until_restart_seconds: null,
    });
    expect(healthReport({ ...inputs, kafkaDownSeconds: 3600.7 }).circuit_breaker).toEqual({
      state: "degraded",
      degraded_duration_seconds: 3600,
      time_until_restart_seconds: null,
    });
  });
});
