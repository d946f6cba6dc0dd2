// Which offsets of a dead-letter topic have to be read for a filter: never too few, and as few as Kafka can tell.

import { DashstreamError } from "../errors.ts";
import type { KafkaAdmin, PartitionRange } from "../stream/kafka-admin.ts";
import type { LetterFilter } from "./filter.ts";

/**
 * What there is to read of each partition, as far as `filter` can mean it. Rejects like the admin's methods.
 * @throws DashstreamError `usage` if the filter names a partition that the topic has not
 */
export async function letterRanges(
  admin: Pick<KafkaAdmin, "ranges" | "offsetsAt">,
  topic: string,
  filter: LetterFilter,
): Promise<readonly PartitionRange[]> {
  const all = await admin.ranges(topic);
  requirePartitions(filter, all, topic);
  const ranges = narrow(all, filter);
  if (filter.sinceMs === undefined) return ranges;
  // Times need not rise with offsets, so this is where letters may begin; each is still looked at.
  const starts = await admin.offsetsAt(topic, filter.sinceMs);
  const later = ranges.map((range) => ({
    ...range,
    logStartOffset: Math.max(range.logStartOffset, starts.get(range.partition) ?? 0),
  }));
  return narrow(later, {});
}

/** @throws DashstreamError `usage` if the filter names a partition that is not in `ranges`, those of all of the topic */
export function requirePartitions(
  { partitions = [] }: LetterFilter,
  ranges: readonly PartitionRange[],
  topic: string,
): void {
  const existing = ranges.map(({ partition }) => partition);
  const unknown = partitions.find((partition) => !existing.includes(partition));
  if (unknown === undefined) return;
  const [first = 0, last = 0] = [existing.at(0), existing.at(-1)];
  const expected = existing.length === 1 ? `${first}, its only one` : `one of ${first} to ${last}`;
  throw new DashstreamError("usage", `--partition is ${unknown}, expected for topic ${topic} ${expected}`);
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
