// Which offsets of a dead-letter topic have to be read for a filter: never too few, and as few as Kafka can tell.

import type { KafkaAdmin, PartitionRange } from "../stream/kafka-admin.ts";
import type { LetterFilter } from "./filter.ts";

/** What there is to read of each partition, as far as `filter` can mean it. Rejects like the admin's methods. */
export async function letterRanges(
  admin: Pick<KafkaAdmin, "ranges" | "offsetsAt">,
  topic: string,
  filter: LetterFilter,
): Promise<readonly PartitionRange[]> {
  const ranges = narrow(await admin.ranges(topic), filter);
  if (filter.sinceMs === undefined) return ranges;
  // Times need not rise with offsets, so this is where letters may begin; each is still looked at.
  const starts = await admin.offsetsAt(topic, filter.sinceMs);
  const later = ranges.map((range) => ({
    ...range,
    logStartOffset: Math.max(range.logStartOffset, starts.get(range.partition) ?? 0),
  }));
  return narrow(later, {});
}

/** The part of each partition that can hold letters that are meant; partitions without any are left out. */
export function narrow(
  ranges: readonly PartitionRange[],
  { partitions, offsets }: LetterFilter,
): readonly PartitionRange[] {
  return ranges
    .filter(({ partition }) => partitions === undefined || partitions.includes(partition))
    .map((range) => ({
      ...range,
      logStartOffset: Math.max(range.logStartOffset, offsets?.from ?? 0),
      logEndOffset: Math.min(range.logEndOffset, (offsets?.to ?? Number.POSITIVE_INFINITY) + 1),
    }))
    .filter(({ logStartOffset, logEndOffset }) => logStartOffset < logEndOffset);
}

/** Offsets in all, which is at least the number of letters. */
export function offsetCount(ranges: readonly PartitionRange[]): number {
  return ranges.reduce((sum, { logStartOffset, logEndOffset }) => sum + logEndOffset - logStartOffset, 0);
}
