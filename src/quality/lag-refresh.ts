// Asks Kafka from time to time how far its log goes, so that the lag is right also while nothing is read.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { Consumer } from "../stream/consumer.ts";

export interface LagRefreshOptions {
  readonly consumer: Pick<Consumer, "partitions" | "refreshLag">;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Begins at once; a question that takes longer than the interval is not asked twice. Cancel it to end. */
export function refreshLagRegularly({ consumer, clock, intervalMs, onFailure }: LagRefreshOptions): Timer {
  let asking = false;
  return clock.every(intervalMs, () => {
    if (asking || consumer.partitions.size === 0) return;
    asking = true;
    void consumer
      .refreshLag()
      .catch(onFailure)
      .finally(() => {
        asking = false;
      });
  });
}

/** Records that wait to be read, over all partitions that are read. */
export function totalLag({ partitions }: Pick<Consumer, "partitions">): number {
  let lag = 0;
  for (const state of partitions.values()) lag += state.lag;
  return lag;
}
