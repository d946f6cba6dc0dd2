// The server's dead letters, by configuration open (the stream goes on, a letter may be lost and is counted) or closed
// (a partition waits, nothing is lost).

import type { Config } from "../config/options.ts";
import type { DeadLetterHealth } from "../stream/dead-letter.ts";
import { DeadLetterBarrier, type DeadLetterBarrierOptions } from "../stream/dead-letter-barrier.ts";
import { type DeadLetterSink, failClosed, failOpen } from "../stream/dead-letter-sink.ts";
import { endsWithin } from "../stream/deadline.ts";
import { DlqHandler } from "../stream/dlq-handler.ts";
import type { KafkaAdmin } from "../stream/kafka-admin.ts";
import type { Seams } from "../stream/seams.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import { serverDeadLetterMetrics } from "./dead-letter-metrics.ts";
import { deadLetterSettings } from "./kafka-config.ts";

export interface DeadLettersOptions extends Seams, Pick<DeadLetterBarrierOptions, "hold" | "release"> {
  readonly config: Config;
  readonly admin: KafkaAdmin;
  readonly metrics: Metrics;
  /** `null` = nothing is traced. */
  readonly tracer: Tracer | null;
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

/** Connects with the first letter. */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { config, metrics } = options;
  const settings = deadLetterSettings(config);
  const { mode, sendTimeoutMs } = settings;
  const handler = new DlqHandler({
    ...options,
    ...settings,
    counts: serverDeadLetterMetrics(metrics, mode),
    onConnected: (retries) =>
      metrics.histogram("dashstream_ws_retry_count", { operation: "dlq_producer_create" }).observe(retries),
  });
  const barrier = new DeadLetterBarrier({ ...options, ...waitNews(options.log) });
  metrics.gaugeFn("websocket_dlq_waiting_partitions", {}, () => barrier.heldPartitions().length);
  return {
    handler,
    barrier,
    sink: mode === "fail_closed" ? failClosed(handler) : failOpen(handler, { retry: false }),
    health: () => handler.health(barrier.heldPartitions()),
    async flush(timeoutMs) {
      await endsWithin(options.clock, timeoutMs, Promise.all([handler.settled(), barrier.allSettled()]));
    },
    // Shorter waits are no reason to send clients elsewhere.
    notReadyReasons: () => handler.notReadyReasons(barrier.heldPartitions(sendTimeoutMs)),
  };
}

/** A partition that stands still for its dead letters is told of when it does, and when it goes on. */
function waitNews(log: Log): Pick<DeadLetterBarrierOptions, "onLongHeld" | "onLongHeldReleased"> {
  return {
    onLongHeld: (partition, offset) =>
      log.warn("partition waits for its dead letters and is not read meanwhile", { partition, offset }),
    onLongHeldReleased: (partition, heldMs) =>
      log.info("partition goes on: its dead letters are written", {
        partition,
        waited_ms: Math.round(heldMs),
      }),
  };
}
