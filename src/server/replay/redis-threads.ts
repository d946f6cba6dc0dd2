// The index by thread: where a thread's next record lies.

import type { Redis } from "ioredis";
import { boundThreadId } from "../../stream/thread-id.ts";
import { partitionKeys, THREAD_VALUE_HEADER_BYTES, threadSequencesKey } from "./redis-keys.ts";

/** Where a thread goes on. */
export interface ThreadEntry {
  readonly partition: number;
  /** Records with this number and those after it lie here or later. */
  readonly offset: number;
  readonly sequence: number;
}

const ENTRIES_AT_ONCE = 100;
/** Entries that are looked at in all; the set keeps the newest ones. */
const MAX_PAGES = 100;

/**
 * The first entry beyond a sequence number that still holds: its value is there, and is the record that the partition
 * has at that offset. An entry of a topic that was made anew is thereby none.
 */
export async function firstOfThread(
  redis: Redis,
  prefix: string,
  threadId: string,
  sequence: number,
): Promise<ThreadEntry | null> {
  const key = threadSequencesKey(prefix, boundThreadId(threadId));
  for (let page = 0; page < MAX_PAGES; page++) {
    const from = page * ENTRIES_AT_ONCE;
    const members = await redis.zrangebyscore(key, `(${sequence}`, "+inf", "LIMIT", from, ENTRIES_AT_ONCE);
    if (members.length === 0) return null;
    const headers = await Promise.all(
      members.map((member) => redis.getrangeBuffer(member, 0, THREAD_VALUE_HEADER_BYTES - 1)),
    );
    const entries = members.map((member, index) => ({ member, entry: entryOf(member, headers[index]) }));
    const first = await firstThatHolds(redis, prefix, entries);
    if (first === null) continue;
    // Records of a thread may have come out of order: those with the next numbers may lie before the first of them.
    const earlier = entries.filter(
      ({ entry }) => entry?.partition === first.partition && entry.offset < first.offset,
    );
    earlier.sort((one, other) => (one.entry?.offset ?? 0) - (other.entry?.offset ?? 0));
    const lowest = await firstThatHolds(redis, prefix, earlier);
    return lowest === null ? first : { ...first, offset: lowest.offset };
  }
  return null;
}

interface Candidate {
  readonly member: string;
  readonly entry: ThreadEntry | null;
}

async function firstThatHolds(
  redis: Redis,
  prefix: string,
  candidates: readonly Candidate[],
): Promise<ThreadEntry | null> {
  for (const { member, entry } of candidates) {
    if (entry !== null && (await holds(redis, prefix, member, entry))) return entry;
  }
  return null;
}

function entryOf(member: string, header: Buffer | undefined): ThreadEntry | null {
  // Nothing is left of it, or it is of an early server, which did not say where the record lies.
  if (header === undefined || header.length < THREAD_VALUE_HEADER_BYTES) return null;
  const offset = header.readUInt32LE(4) + header.readUInt32LE(8) * 2 ** 32;
  const sequence = Number(member.slice(member.lastIndexOf(":") + 1));
  return Number.isNaN(sequence) ? null : { partition: header.readInt32LE(0), offset, sequence };
}

async function holds(
  redis: Redis,
  prefix: string,
  member: string,
  { partition, offset }: ThreadEntry,
): Promise<boolean> {
  const { offsets, valuePrefix } = partitionKeys(prefix, partition);
  const key = `${valuePrefix}${offset}`;
  const [score, record, value] = await Promise.all([
    redis.zscore(offsets, key),
    redis.getBuffer(key),
    redis.getBuffer(member),
  ]);
  if (score === null || record === null || value === null) return false;
  return value.subarray(THREAD_VALUE_HEADER_BYTES).equals(record);
}
