// Where a consumer group stands in a topic: per partition what it has committed, what the log holds, and how many
// records lie between.

import type { GroupMember } from "./group-members.ts";
import type { KafkaAdmin, PartitionRange } from "./kafka-admin.ts";

export interface PartitionLag extends PartitionRange {
  /** The next record that the group reads; `null` if it has committed nothing. */
  readonly committedOffset: number | null;
  /** Records from there to the end that are still in the log; `null` without a committed offset. */
  readonly lagCount: number | null;
}

export interface GroupLag {
  readonly groupId: string;
  readonly topic: string;
  /** Kafka's word; `Dead` for a group that does not exist. */
  readonly state: string;
  readonly members: readonly GroupMember[];
  /** By partition, ascending. */
  readonly partitions: readonly PartitionLag[];
  /** Over the partitions with a committed offset. */
  readonly totalLagCount: number;
}

type Questions = Pick<KafkaAdmin, "ranges" | "committed" | "describeGroup">;

/** Rejects like the admin's methods. */
export async function groupLag(admin: Questions, groupId: string, topic: string): Promise<GroupLag> {
  const [ranges, committed, { state, members }] = await Promise.all([
    admin.ranges(topic),
    admin.committed(groupId, topic),
    admin.describeGroup(groupId),
  ]);
  const partitions = ranges.map((range) => withLag(range, committed.get(range.partition) ?? null));
  const totalLagCount = partitions.reduce((sum, { lagCount }) => sum + (lagCount ?? 0), 0);
  return { groupId, topic, state, members, partitions, totalLagCount };
}

function withLag(range: PartitionRange, committedOffset: number | null): PartitionLag {
  if (committedOffset === null) return { ...range, committedOffset, lagCount: null };
  // What was trimmed meanwhile is not read any more.
  const nextOffset = Math.max(committedOffset, range.logStartOffset);
  return { ...range, committedOffset, lagCount: Math.max(0, range.logEndOffset - nextOffset) };
}
