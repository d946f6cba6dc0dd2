// The server's dead letters, by configuration open (the stream goes on, a letter may be lost and is counted) or closed
// (a partition waits, nothing is lost).

import type { Config } from "../config/options.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import type { DeadLetterHealth } from "../stream/dead-letter.ts";
import { DeadLetterBarrier, type DeadLetterBarrierOptions } from "../stream/dead-letter-barrier.ts";
import { type DeadLetterSink, failClosed, failOpen } from "../stream/dead-letter-sink.ts";
import { endsWithin } from "../stream/deadline.ts";
import { DlqHandler } from "../stream/dlq-handler.ts";
import type { KafkaAdmin } from "../stream/kafka-admin.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { serverDeadLetterMetrics } from "./dead-letter-metrics.ts";
import { kafkaSettings } from "./kafka-config.ts";

export interface DeadLettersOptions extends Pick<DeadLetterBarrierOptions, "hold" | "release"> {
  readonly config: Config;
  readonly admin: KafkaAdmin;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface DeadLetters {
  readonly handler: DlqHandler;
  readonly sink: DeadLetterSink;
  readonly barrier: DeadLetterBarrier;
  health(): DeadLetterHealth;
  /** Resolves when no letter is under way and no partition waits, at the latest after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  /** Why the server should get no traffic because of its dead letters, for people; always empty in open mode. */
  notReadyReasons(): readonly string[];
}

export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { config, metrics } = options;
  const mode = config.dlqFailClosed ? "fail_closed" : "fail_open";
  const sendTimeoutMs = config.dlqSendTimeoutSecs * 1000;
  const handler = new DlqHandler({
    ...options,
    settings: kafkaSettings(config),
    topic: config.kafkaDlqTopic,
    origin: {
      topic: config.kafkaTopic,
      groupId: config.kafkaGroupId,
      consumerId: config.instanceId,
      includePayload: config.dlqIncludeFullPayload,
    },
    mode,
    maxInFlight: config.maxConcurrentDlqSends,
    sendTimeoutMs,
    counts: serverDeadLetterMetrics(metrics, mode),
    onConnected: (retries) =>
      metrics.histogram("dashstream_ws_retry_count", { operation: "dlq_producer_create" }).observe(retries),
  });
  const barrier = new DeadLetterBarrier(options);
  metrics.gaugeFn("websocket_dlq_waiting_partitions", {}, () => barrier.heldPartitions().length);
  return {
    handler,
    barrier,
    sink: config.dlqFailClosed ? failClosed(handler) : failOpen(handler, { retry: false }),
    health: () => handler.health(barrier.heldPartitions()),
    async flush(timeoutMs) {
      await endsWithin(options.clock, timeoutMs, Promise.all([handler.settled(), barrier.allSettled()]));
    },
    // Shorter waits are no reason to send clients elsewhere.
    notReadyReasons: () => handler.notReadyReasons(barrier.heldPartitions(sendTimeoutMs)),
  };
}
