// Letting a consumer group go on elsewhere: what that would skip or read again, and doing it. Nothing is changed until
// the plan is carried out, and only while nobody is in the group.

import { DashstreamError } from "../errors.ts";
import { type GroupLag, groupLag, type PartitionLag } from "./group-lag.ts";
import { memberNames } from "./group-members.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import type { ResetTarget } from "./reset-target.ts";

export interface PartitionReset {
  readonly partition: number;
  /** What the group has committed; `null` for nothing. */
  readonly fromOffset: number | null;
  readonly toOffset: number;
  /** Records of the log that the group will not read; `null` if it is not known where it stands. */
  readonly skippedCount: number | null;
  /** Records that it has read and will read again. */
  readonly readAgainCount: number | null;
  /** The end of the log that was taken because the target lies beyond it. */
  readonly clampedTo: "log start" | "log end" | null;
}

export interface ResetPlan {
  readonly group: GroupLag;
  readonly partitions: readonly PartitionReset[];
}

export interface ResetRequest {
  readonly groupId: string;
  readonly topic: string;
  readonly target: ResetTarget;
  /** `null` = all. */
  readonly partitions: readonly number[] | null;
}

type Questions = Pick<KafkaAdmin, "ranges" | "committed" | "describeGroup" | "offsetsAt">;

/**
 * Rejects like the admin's methods.
 * @throws DashstreamError `usage` for a partition that the topic does not have, or an offset for several partitions
 */
export async function planReset(admin: Questions, request: ResetRequest): Promise<ResetPlan> {
  const { groupId, topic, target, partitions } = request;
  const group = await groupLag(admin, groupId, topic);
  const unknown = partitions?.find((wanted) => !group.partitions.some((lag) => lag.partition === wanted));
  if (unknown !== undefined) {
    const has = `topic ${topic} has partitions 0 to ${group.partitions.length - 1}`;
    throw new DashstreamError("usage", `--partition is ${unknown}, but ${has}`);
  }
  const chosen = group.partitions.filter((lag) => partitions?.includes(lag.partition) ?? true);
  if (target.kind === "offset" && chosen.length > 1) {
    const each = "each partition has offsets of its own";
    const count = `these are ${chosen.length} partitions of topic ${topic}, and ${each}`;
    throw new DashstreamError("usage", `--to ${target.offset} needs one --partition: ${count}`);
  }
  const atTime = target.kind === "time" ? await admin.offsetsAt(topic, target.timestampMs) : null;
  const wanted = (lag: PartitionLag) => atTime?.get(lag.partition) ?? offsetOf(target, lag);
  return { group, partitions: chosen.map((lag) => resetOf(lag, wanted(lag))) };
}

function offsetOf(target: ResetTarget, { logStartOffset, logEndOffset }: PartitionLag): number {
  switch (target.kind) {
    case "earliest":
      return logStartOffset;
    case "latest":
    // A partition of which Kafka named no offset for the time: it has nothing that young.
    case "time":
      return logEndOffset;
    case "offset":
      return target.offset;
  }
}

function resetOf(lag: PartitionLag, wantedOffset: number): PartitionReset {
  const { partition, committedOffset, logStartOffset, logEndOffset } = lag;
  const toOffset = Math.min(Math.max(wantedOffset, logStartOffset), logEndOffset);
  const clampedTo = wantedOffset < toOffset ? "log start" : wantedOffset > toOffset ? "log end" : null;
  if (committedOffset === null) {
    return { partition, fromOffset: null, toOffset, skippedCount: null, readAgainCount: null, clampedTo };
  }
  const standsAt = Math.min(Math.max(committedOffset, logStartOffset), logEndOffset);
  return {
    partition,
    fromOffset: committedOffset,
    toOffset,
    skippedCount: Math.max(0, toOffset - standsAt),
    readAgainCount: Math.max(0, standsAt - toOffset),
    clampedTo,
  };
}

/** Why Kafka would not take the plan: who is in the group, and what to do; `null` if nobody is. */
export function obstacleTo({ group }: ResetPlan): string | null {
  const { groupId, members } = group;
  if (members.length === 0) return null;
  return `group ${groupId} is in use by ${memberNames(members)}; stop what reads in it, reset, and start it again`;
}

/** @throws DashstreamError `kafka_request_failed` if somebody is in the group; otherwise rejects like the admin */
export async function carryOut(admin: Pick<KafkaAdmin, "commitOffsets">, plan: ResetPlan): Promise<void> {
  const obstacle = obstacleTo(plan);
  if (obstacle !== null) throw new DashstreamError("kafka_request_failed", obstacle);
  const offsets = plan.partitions.map(({ partition, toOffset }) => [partition, toOffset] as const);
  await admin.commitOffsets(plan.group.groupId, plan.group.topic, new Map(offsets));
}
