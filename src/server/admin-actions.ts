// What administrative calls do, put together from the parts that do it.

import type { SequenceValidator } from "../stream/sequence.ts";
import type { AdminActions } from "./admin-routes.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { PausedPartitions } from "./paused-partitions.ts";
import type { ReplicaWriter } from "./replica/replica-writer.ts";
import type { TenantLimits } from "./tenant-limits.ts";

export interface AdminParts {
  readonly sequence: SequenceValidator;
  /** Judges threads by itself; `null` where the delivering pipeline is the only one. */
  readonly writer: Pick<ReplicaWriter, "resetThread" | "resetHaltedThreads"> | null;
  readonly paused: PausedPartitions;
  readonly deadLetters: Pick<DeadLetters, "barrier">;
  readonly limits: Pick<TenantLimits, "limiter"> | null;
  /** Lets a paused partition go on; false if it was not paused. */
  readonly resumePaused: (partition: number) => boolean;
}

export function adminActions(parts: AdminParts): AdminActions {
  const { sequence, writer, paused, deadLetters, limits, resumePaused } = parts;
  return {
    haltedThreads: () => sequence.haltedThreads(),
    resetThread(threadId) {
      const writerTracked = writer?.resetThread(threadId) ?? false;
      return sequence.resetThread(threadId) || writerTracked;
    },
    resetHaltedThreads() {
      writer?.resetHaltedThreads();
      return sequence.resetHalted();
    },
    partitions: () => ({
      paused: paused.list(),
      waitingForDeadLetters: deadLetters.barrier.heldPartitions(),
    }),
    resumePartition: resumePaused,
    tenantLimiter: limits?.limiter ?? null,
  };
}
