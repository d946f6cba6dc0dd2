// Hands one fetched batch to the handler: only where the partition stands, only while it is ours, and again if the
// handler failed. Nothing here costs anything per record.

import type { Batch, EachBatchPayload } from "kafkajs";
import { DashstreamError, describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import type { AssignmentTracker } from "./assignment-tracker.ts";
import { backoffMs } from "./backoff.ts";
import type { BatchHandler } from "./batch.ts";
import type { PartitionState } from "./partition-state.ts";

export interface BatchDeliveryOptions {
  readonly handler: Pick<BatchHandler, "handleBatch">;
  readonly tracker: AssignmentTracker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Aborted when the consumer stops. */
  readonly signal: AbortSignal;
  /** Keep a partition from being fetched, and let it be fetched again. */
  readonly pause: (partition: number) => void;
  readonly resume: (partition: number) => void;
}

export class BatchDelivery {
  readonly #options: BatchDeliveryOptions;

  constructor(options: BatchDeliveryOptions) {
    this.#options = options;
  }

  /** Rejects only with what makes the client library join the group again. */
  async deliver(payload: EachBatchPayload): Promise<void> {
    const { tracker, signal } = this.#options;
    const { batch, heartbeat } = payload;
    const state = await tracker.ready(batch.partition, heartbeat, signal);
    // Nothing is handled any more: else the library would fetch the same again and again until it is told to leave.
    if (signal.aborted) this.#options.pause(batch.partition);
    // Fetched before the partition was told where to go on, or after it was told to stand still: read again later.
    if (!state || signal.aborted || state.holds.size > 0 || payload.isStale()) return;
    if (fetchedOffset(batch) !== state.position) return tracker.realign(state, heartbeat, signal);
    await this.#handle(payload, state);
  }

  async #handle(payload: EachBatchPayload, state: PartitionState): Promise<void> {
    const { handler, clock, signal } = this.#options;
    const { batch, resolveOffset, isRunning, isStale } = payload;
    const lastRecordOffset = Number(batch.messages.at(-1)?.offset ?? -1);
    const rejoin: { wanted: boolean; reason: unknown } = { wanted: false, reason: null };
    const cancelled = () =>
      signal.aborted || state.revoked || rejoin.wanted || state.holds.size > 0 || !isRunning() || isStale();
    state.logEndOffset = Math.max(state.logEndOffset, Number(batch.highWatermark));
    const progress = (nextOffset: number) => {
      if (nextOffset <= state.position || state.revoked) return;
      // What follows the last record a consumer may see, control records for example, needs no handling.
      state.position = nextOffset > lastRecordOffset ? Number(batch.lastOffset()) + 1 : nextOffset;
      state.handledAtMs = clock.nowMs();
      resolveOffset(String(state.position - 1));
    };
    state.active.begin();
    try {
      await handler.handleBatch({
        partition: batch.partition,
        records: batch.messages,
        highWatermark: Number(batch.highWatermark),
        progress,
        heartbeat: async () => {
          if (rejoin.wanted) return;
          await payload.heartbeat().catch((reason: unknown) => {
            Object.assign(rejoin, { wanted: true, reason });
          });
        },
        cancelled,
      });
      if (state.position <= lastRecordOffset && !cancelled()) {
        const stand = `it stands at offset ${state.position}, expected ${lastRecordOffset + 1}`;
        throw new DashstreamError("invariant", `the handler returned before the end of its batch: ${stand}`);
      }
      state.failures = 0;
    } catch (error) {
      this.#retryLater(state, error);
    } finally {
      state.active.end();
    }
    // The library joins the group again when it sees the error of its own heartbeat.
    if (rejoin.wanted) throw rejoin.reason;
  }

  /** The partition stands still for a while and is then read from where it is; others go on meanwhile. */
  #retryLater(state: PartitionState, error: unknown): void {
    const { clock, random, log, pause, resume } = this.#options;
    const { partition, position } = state;
    const pauseMs = backoffMs(++state.failures, random);
    log.error("handling a batch failed; it will be read again", {
      partition,
      offset: position,
      pause_ms: Math.round(pauseMs),
      error: describeError(error),
    });
    // Whoever reads it now, perhaps this process again, is not to stand still for it.
    if (state.revoked) return;
    state.holds.add("retry");
    pause(partition);
    clock.after(pauseMs, () => {
      state.holds.delete("retry");
      if (!state.revoked && state.holds.size === 0) resume(partition);
    });
  }
}

/** Where the library asked Kafka to begin. Its class has the field, its types do not. */
function fetchedOffset(batch: Batch & { readonly fetchedOffset?: string }): number {
  return Number(batch.fetchedOffset);
}
