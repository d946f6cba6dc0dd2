// Deleting dead letters. Kafka can only delete from the start of a partition up to an offset, so a purge is a prefix of
// each partition: all before a time or an offset, or as far as every letter was redriven.

import type { PartitionRange } from "../stream/kafka-admin.ts";
import type { LedgerIndex } from "./ledger-index.ts";
import { sentLetter } from "./ledger-lines.ts";
import { type DeadLetterView, placeOf } from "./letter.ts";
import { type LetterSource, lettersForward } from "./read-letters.ts";

/** What a purge would delete in one partition. */
export interface PurgeCut {
  readonly partition: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Everything before this offset goes; the start of the log if nothing does. */
  readonly beforeOffset: number;
  /** Offsets that go. Holes that a compaction or a transaction left count too. */
  readonly offsets: number;
  /** Why it ends where it ends, `null` if that was asked for. */
  readonly stopsAt: string | null;
}

/** Everything before the same offset, or before an offset of its own, in each partition. */
export function cutsBefore(
  ranges: readonly PartitionRange[],
  offsetOf: (partition: number) => number,
): readonly PurgeCut[] {
  return ranges.map((range) => cut(range, offsetOf(range.partition), null));
}

/**
 * As far as each letter was sent: to `toTopic`, or to the topic that it came from if that is `null`.
 * @throws DashstreamError as the reader does
 */
export async function cutsOfRedriven(
  source: LetterSource,
  ranges: readonly PartitionRange[],
  sent: LedgerIndex,
  toTopic: string | null,
  onLetter: () => void,
): Promise<readonly PurgeCut[]> {
  const cuts: PurgeCut[] = [];
  for (const range of ranges) cuts.push(await redrivenCut(source, range, sent, toTopic, onLetter));
  return cuts;
}

async function redrivenCut(
  source: LetterSource,
  range: PartitionRange,
  sent: LedgerIndex,
  toTopic: string | null,
  onLetter: () => void,
): Promise<PurgeCut> {
  for await (const letter of lettersForward(source, [range])) {
    onLetter();
    const problem = notSent(letter, sent, toTopic);
    if (problem !== null) return cut(range, letter.record.offset, `${placeOf(letter)} ${problem}`);
  }
  return cut(range, range.logEndOffset, null);
}

function notSent(letter: DeadLetterView, sent: LedgerIndex, toTopic: string | null): string | null {
  if (letter.family === "unknown") return "is no dead letter that can be told";
  const target = toTopic ?? letter.source.topic;
  if (target === null) return "names no source topic";
  return sent.has(sentLetter(letter.record, target)) ? null : `was not redriven to ${target}`;
}

function cut(
  { partition, logStartOffset, logEndOffset }: PartitionRange,
  wanted: number,
  stopsAt: string | null,
): PurgeCut {
  const beforeOffset = Math.min(Math.max(wanted, logStartOffset), logEndOffset);
  return {
    partition,
    logStartOffset,
    logEndOffset,
    beforeOffset,
    offsets: beforeOffset - logStartOffset,
    stopsAt,
  };
}
