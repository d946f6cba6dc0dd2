// How far behind Kafka this process is, per partition, from a timer: the figure stays right when nothing is read,
// and goes away with the partition.

import { describeError } from "../errors.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { classifyInfrastructureError, type OnInfrastructureError } from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import type { PartitionState } from "./partition-state.ts";

export interface LagMonitorOptions {
  readonly topic: string;
  readonly intervalMs: number;
  /** A partition with lag that handled nothing for so long is logged as stale. */
  readonly staleAfterMs: number;
  readonly admin: Pick<KafkaAdmin, "ranges">;
  readonly partitions: () => ReadonlyMap<number, PartitionState>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly onInfrastructureError: OnInfrastructureError;
}

/** Asking for the watermarks takes longer only if Kafka is in trouble. */
const POLL_TIMEOUT_MS = 5_000;
const LAG = "websocket_kafka_consumer_lag";
const AGE = "websocket_kafka_lag_offset_age_seconds";

/** Asks Kafka where the partitions that are read end now. @throws DashstreamError as `KafkaAdmin.ranges` */
export async function refreshLogEnds(
  admin: Pick<KafkaAdmin, "ranges">,
  topic: string,
  partitions: () => ReadonlyMap<number, PartitionState>,
): Promise<void> {
  for (const { partition, logEndOffset } of await admin.ranges(topic, POLL_TIMEOUT_MS)) {
    const state = partitions().get(partition);
    if (state) state.logEndOffset = Math.max(logEndOffset, state.position);
  }
}

export class LagMonitor {
  readonly #options: LagMonitorOptions;
  readonly #shown = new Set<number>();
  #timer: Timer | null = null;
  #polling: Promise<boolean> | null = null;

  constructor(options: LagMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.every(this.#options.intervalMs, () => void this.poll());
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#polling;
  }

  /** Reads the watermarks once; calls that come while one is under way share it. `false` if Kafka did not say. */
  poll(): Promise<boolean> {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  /** Makes the series fit the partitions that are read now. */
  refresh(): void {
    const { metrics, clock, partitions } = this.#options;
    for (const partition of this.#shown) if (!partitions().has(partition)) this.#hide(partition);
    for (const partition of partitions().keys()) {
      if (this.#shown.has(partition)) continue;
      this.#shown.add(partition);
      const labels = { partition: String(partition) };
      metrics.gaugeFn(LAG, labels, () => partitions().get(partition)?.lag ?? 0);
      metrics.gaugeFn(AGE, labels, () => {
        const handledAtMs = partitions().get(partition)?.handledAtMs ?? clock.nowMs();
        return Math.floor((clock.nowMs() - handledAtMs) / 1000);
      });
    }
  }

  async #pollOnce(): Promise<boolean> {
    const { admin, topic, metrics, clock, log, onInfrastructureError } = this.#options;
    if (this.#options.partitions().size === 0) {
      this.refresh();
      return false;
    }
    const startMs = clock.monotonicMs();
    let status = "success";
    try {
      await refreshLogEnds(admin, topic, this.#options.partitions);
    } catch (error) {
      status = "error";
      metrics.counter("websocket_kafka_lag_poll_failures_total").inc();
      onInfrastructureError(classifyInfrastructureError(error), "poll_lag", error);
      log.warn("reading the lag failed", { error: describeError(error) });
    }
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    metrics.histogram("websocket_kafka_lag_poll_duration_seconds", { status }).observe(seconds);
    this.refresh();
    this.#warnOfStale();
    return status === "success";
  }

  #warnOfStale(): void {
    const { clock, staleAfterMs, log } = this.#options;
    for (const { partition, lag, handledAtMs } of this.#options.partitions().values()) {
      const quietMs = clock.nowMs() - handledAtMs;
      if (lag > 0 && quietMs > staleAfterMs) {
        log.warn("partition is stale: it has lag, and nothing was handled", {
          partition,
          lag,
          quiet_ms: quietMs,
        });
      }
    }
  }

  #hide(partition: number): void {
    this.#shown.delete(partition);
    const labels = { partition: String(partition) };
    this.#options.metrics.remove(LAG, labels);
    this.#options.metrics.remove(AGE, labels);
  }
}
