// Which records were in the log before this process read it. They are handled like all others; only their failures
// count apart, because they say nothing about what producers do now.

import type { Gauge, Metrics } from "../telemetry/metrics.ts";

interface Head {
  readonly endOffset: number;
  readonly phase: Gauge;
}

/** Tracks, per partition, the log end when it was first assigned, and shows 1 while it is not yet reached. */
export class SessionHead {
  readonly #metrics: Metrics;
  readonly #heads = new Map<number, Head>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** The head stays what it was at the first assignment: a rebalance does not make young records old. */
  assign(partition: number, startOffset: number, logEndOffset: number): void {
    const phase = this.#metrics.gauge("websocket_kafka_catchup_phase", { partition: String(partition) });
    const head = { endOffset: this.#heads.get(partition)?.endOffset ?? logEndOffset, phase };
    this.#heads.set(partition, head);
    phase.set(startOffset < head.endOffset ? 1 : 0);
  }

  /** The topic was made anew: its old head says nothing. */
  forget(partition: number): void {
    this.#heads.delete(partition);
  }

  /** Everything below `nextOffset` is handled. */
  advance(partition: number, nextOffset: number): void {
    const head = this.#heads.get(partition);
    if (head && nextOffset >= head.endOffset) head.phase.set(0);
  }

  /** The series goes with the partition; the head is kept in case the partition returns. */
  revoke(partition: number): void {
    this.#metrics.remove("websocket_kafka_catchup_phase", { partition: String(partition) });
  }

  isOld(partition: number, offset: number): boolean {
    return offset < (this.#heads.get(partition)?.endOffset ?? 0);
  }
}
