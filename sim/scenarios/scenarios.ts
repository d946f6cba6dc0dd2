// All scenarios, in the order in which reports show them.

import { brokerBlip } from "./definitions/broker-blip.ts";
import { brokerOutage } from "./definitions/broker-outage.ts";
import { brokerRestart } from "./definitions/broker-restart.ts";
import { corruptPayload } from "./definitions/corrupt-payload.ts";
import { corruptPayloadFew } from "./definitions/corrupt-payload-few.ts";
import { deliveryDelay } from "./definitions/delivery-delay.ts";
import { deploys } from "./definitions/deploys.ts";
import { dlqBackpressure } from "./definitions/dlq-backpressure.ts";
import { dlqKafkaError } from "./definitions/dlq-kafka-error.ts";
import { dlqTimeout } from "./definitions/dlq-timeout.ts";
import { duplicate } from "./definitions/duplicate.ts";
import { exporterKilled } from "./definitions/exporter-killed.ts";
import { exporterVanished } from "./definitions/exporter-vanished.ts";
import { healthy } from "./definitions/healthy.ts";
import { lagCritical } from "./definitions/lag-critical.ts";
import { lagHigh } from "./definitions/lag-high.ts";
import { libraryDlqDown } from "./definitions/library-dlq-down.ts";
import { libraryDlqFew } from "./definitions/library-dlq-few.ts";
import { libraryDlqSaturated } from "./definitions/library-dlq-saturated.ts";
import { limiterRedisDown } from "./definitions/limiter-redis-down.ts";
import { limiterRedisLatency } from "./definitions/limiter-redis-latency.ts";
import { oversized } from "./definitions/oversized.ts";
import { partitionStall } from "./definitions/partition-stall.ts";
import { qualityMonitorKilled } from "./definitions/quality-monitor-killed.ts";
import { qualityMonitorVanished } from "./definitions/quality-monitor-vanished.ts";
import { redisDown } from "./definitions/redis-down.ts";
import { redisLatency } from "./definitions/redis-latency.ts";
import { reorder } from "./definitions/reorder.ts";
import { replayWritesDropped } from "./definitions/replay-writes-dropped.ts";
import { schemaMismatch } from "./definitions/schema-mismatch.ts";
import { sequenceGap } from "./definitions/sequence-gap.ts";
import { sequenceGapHalt } from "./definitions/sequence-gap-halt.ts";
import { serviceKilled } from "./definitions/service-killed.ts";
import { slowClient } from "./definitions/slow-client.ts";
import { targetVanished } from "./definitions/target-vanished.ts";
import { tenantFlood } from "./definitions/tenant-flood.ts";
import type { Scenario } from "./scenario.ts";

export const SCENARIOS: readonly Scenario[] = [
  brokerBlip,
  brokerOutage,
  brokerRestart,
  corruptPayload,
  corruptPayloadFew,
  deliveryDelay,
  deploys,
  dlqBackpressure,
  dlqKafkaError,
  dlqTimeout,
  duplicate,
  exporterKilled,
  exporterVanished,
  healthy,
  lagCritical,
  lagHigh,
  libraryDlqDown,
  libraryDlqFew,
  libraryDlqSaturated,
  limiterRedisDown,
  limiterRedisLatency,
  oversized,
  partitionStall,
  qualityMonitorKilled,
  qualityMonitorVanished,
  redisDown,
  redisLatency,
  reorder,
  replayWritesDropped,
  schemaMismatch,
  sequenceGap,
  sequenceGapHalt,
  serviceKilled,
  slowClient,
  targetVanished,
  tenantFlood,
];
