// What this process knows of a partition that it reads: how far it is handled and committed, and why fetching
// stands still, if it does.

import { Activity } from "../runtime/activity.ts";

/**
 * Why a partition is not fetched.
 *
 * - `retry`: the handler failed and gets it again later
 * - `paused`: until an operator lets it go on
 * - `dead_letters`: until Kafka has its dead letters
 */
export type HoldReason = "retry" | "paused" | "dead_letters";

/** Changes as the partition is read. */
export class PartitionState {
  readonly partition: number;
  /** The offset that is handled next; everything below is done. */
  position: number;
  /** What Kafka has for the group; -1 = nothing. */
  committed: number;
  /** High watermark as last seen. */
  logEndOffset: number;
  /** Failures of the handler in a row. */
  failures = 0;
  /** The partition went away; what its handler still reports is ignored. */
  revoked = false;
  /** Wall-clock milliseconds of the last handled record, or of the assignment before the first one. */
  handledAtMs: number;
  readonly holds = new Set<HoldReason>();
  /** The batch that the handler works on. */
  readonly active = new Activity();

  constructor(start: {
    readonly partition: number;
    readonly position: number;
    readonly committed: number;
    readonly logEndOffset: number;
    readonly nowMs: number;
  }) {
    this.partition = start.partition;
    this.position = start.position;
    this.committed = start.committed;
    this.logEndOffset = start.logEndOffset;
    this.handledAtMs = start.nowMs;
  }

  /** Records that wait to be handled. */
  get lag(): number {
    return Math.max(0, this.logEndOffset - this.position);
  }
}

/** Where to begin without an offset to go on from. */
export type OffsetReset = "earliest" | "latest";

/**
 * The offset to read first: `wanted` if Kafka still has it, else by the reset policy. A `wanted` beyond the end
 * means that the topic was made anew, and counts as lost too.
 */
export function startOffset(
  wanted: number | undefined,
  range: { readonly logStartOffset: number; readonly logEndOffset: number },
  reset: OffsetReset,
): number {
  const { logStartOffset, logEndOffset } = range;
  if (wanted !== undefined && wanted >= logStartOffset && wanted <= logEndOffset) return wanted;
  return reset === "earliest" ? logStartOffset : logEndOffset;
}
