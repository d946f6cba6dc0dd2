// Reads replay from Redis: only what a chain of writes covers without a break, whose offsets are all there, and whose
// values are all there. For the rest it says up to where it knows nothing, and others are asked.

import type { Redis } from "ioredis";
import type { Counter, Metrics } from "../../telemetry/metrics.ts";
import {
  type BatchEntry,
  believable,
  coveredUpTo,
  indexAtOrAfter,
  parseBatchEntry,
} from "./redis-coverage.ts";
import { type PartitionKeys, partitionKeys } from "./redis-keys.ts";
import type { RedisLink } from "./redis-link.ts";
import type { RedisPartitions } from "./redis-partitions.ts";
import { firstOfThread, type ThreadEntry } from "./redis-threads.ts";
import type { ReplayPage, ReplayRecord, ReplayTier, TierAnswer } from "./tier.ts";

export interface RedisTierOptions {
  readonly link: RedisLink;
  readonly partitions: RedisPartitions;
  readonly prefix: string;
  readonly metrics: Metrics;
}

const PAGE_RECORDS = 1_000;
const PAGE_BYTES = 512 * 1024;
/** Entries that begin at or before an offset and are looked at: so many writes may overlap there. */
const ENTRIES_BEFORE = 64;
/** Entries behind it: single records while the stream is quiet. */
const ENTRIES_BEHIND = 1_000;
/** Offsets that are looked at together. */
const MAX_OFFSETS = 4_000;

export class RedisTier implements ReplayTier {
  readonly name = "redis";
  readonly #options: RedisTierOptions;
  readonly hits: Counter;
  readonly misses: Counter;

  constructor(options: RedisTierOptions) {
    this.#options = options;
    this.hits = options.metrics.counter("replay_buffer_redis_hits_total");
    this.misses = options.metrics.counter("replay_buffer_redis_misses_total");
  }

  /**
   * The first entry of the thread's index with a higher sequence number. The index has holes where writes were
   * dropped. Never rejects.
   */
  async firstAfter(threadId: string, sequence: number): Promise<ThreadEntry | null | "unavailable"> {
    const { link, prefix } = this.#options;
    const asked = await link.ask("read", (redis) => firstOfThread(redis, prefix, threadId, sequence));
    const found = asked.kind === "answer" ? asked.value : "unavailable";
    const answer = found === null || found === "unavailable" ? found : this.#ifReadable(found);
    (answer === null || answer === "unavailable" ? this.misses : this.hits).inc();
    return answer;
  }

  #ifReadable(entry: ThreadEntry): ThreadEntry | null | "unavailable" {
    const { partitions } = this.#options;
    if (!partitions.isAssigned(entry.partition)) return null;
    return partitions.turn(entry.partition) === null ? "unavailable" : entry;
  }

  /** As `ReplayTier` says. Of partitions that this process never read it knows nothing. */
  async read(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer> {
    const { link, partitions, prefix } = this.#options;
    if (!partitions.isAssigned(partition)) return { kind: "absent", nextOffset: Number.POSITIVE_INFINITY };
    if (!link.connected) return { kind: "unavailable", reason: "Redis is not connected" };
    const turn = partitions.turn(partition);
    if (turn === null) {
      return { kind: "unavailable", reason: `partition ${partition} is being compared with Kafka` };
    }
    const keys = partitionKeys(prefix, partition);
    const asked = await link.ask("read", (redis) => readPage(redis, keys, fromOffset, toOffset));
    if (asked.kind === "failed") return { kind: "unavailable", reason: asked.reason };
    // Meanwhile it may have started over: then this is of the old topic.
    if (partitions.turn(partition) !== turn) {
      return { kind: "unavailable", reason: `partition ${partition} started over` };
    }
    return asked.value;
  }
}

async function readPage(
  redis: Redis,
  keys: PartitionKeys,
  fromOffset: number,
  toOffset: number,
): Promise<TierAnswer> {
  const entries = await entriesAround(redis, keys, fromOffset);
  const window = firstEntries(entries);
  const offsets = await offsetsOf(redis, keys, window);
  const looked = within(window, offsets);
  const known = believable(looked, offsets);
  const end = Math.min(coveredUpTo(known, fromOffset), toOffset);
  if (end <= fromOffset) return { kind: "absent", nextOffset: nextKnown(entries, looked, known, fromOffset) };
  const wanted = offsets.slice(indexAtOrAfter(offsets, fromOffset), indexAtOrAfter(offsets, end));
  const fetched = wanted.slice(0, fittingCount(wanted, known));
  const values =
    fetched.length === 0 ? [] : await redis.mgetBuffer(fetched.map((offset) => keys.valuePrefix + offset));
  return pageOf(fromOffset, end, wanted, values);
}

/** Entries that contain the offset, and those that begin behind it, by their beginning. */
async function entriesAround(
  redis: Redis,
  { batches }: PartitionKeys,
  offset: number,
): Promise<readonly BatchEntry[]> {
  const [before, behind] = await Promise.all([
    redis.zrevrangebyscore(batches, offset, "-inf", "LIMIT", 0, ENTRIES_BEFORE),
    redis.zrangebyscore(batches, `(${offset}`, "+inf", "LIMIT", 0, ENTRIES_BEHIND),
  ]);
  const parse = (texts: readonly string[]) => texts.flatMap((text) => parseBatchEntry(text) ?? []);
  return [...parse(before.reverse()).filter(({ next }) => next > offset), ...parse(behind)];
}

/** As many of them as make more than a page. */
function firstEntries(entries: readonly BatchEntry[]): readonly BatchEntry[] {
  let records = 0;
  const end = entries.findIndex(({ count }) => {
    records += count;
    return records > PAGE_RECORDS * 2;
  });
  return entries.slice(0, end === -1 ? entries.length : Math.max(1, end));
}

/** The offsets in the range of the entries, ascending; cut off where there are more than can be. */
async function offsetsOf(
  redis: Redis,
  { offsets, valuePrefix }: PartitionKeys,
  entries: readonly BatchEntry[],
): Promise<readonly number[]> {
  if (entries.length === 0) return [];
  const from = Math.min(...entries.map((entry) => entry.from));
  const next = Math.max(...entries.map((entry) => entry.next));
  const members = await redis.zrangebyscore(offsets, from, `(${next}`, "LIMIT", 0, MAX_OFFSETS);
  return members.map((member) => Number(member.slice(valuePrefix.length)));
}

/** The first entries, as far as their offsets were not cut off. */
function within(entries: readonly BatchEntry[], offsets: readonly number[]): readonly BatchEntry[] {
  const last = offsets.at(-1);
  if (last === undefined || offsets.length < MAX_OFFSETS) return entries;
  const cut = entries.findIndex(({ next }) => next > last + 1);
  return cut === -1 ? entries : entries.slice(0, cut);
}

/** How many of the wanted records make a page, as far as the sizes of their batches tell. */
function fittingCount(wanted: readonly number[], known: readonly BatchEntry[]): number {
  let bytes = 0;
  let index = 0;
  for (let entry = 0; index < wanted.length && index < PAGE_RECORDS; index++) {
    const offset = wanted[index] ?? 0;
    while ((known[entry]?.next ?? Number.POSITIVE_INFINITY) <= offset) entry++;
    const batch = known[entry];
    bytes += batch === undefined ? PAGE_BYTES : batch.bytes / Math.max(1, batch.count);
    if (bytes > PAGE_BYTES && index > 0) break;
  }
  return index;
}

/** What was found, up to the first value that is missing. */
function pageOf(
  fromOffset: number,
  end: number,
  wanted: readonly number[],
  values: readonly (Buffer | null)[],
): TierAnswer {
  const records: ReplayRecord[] = [];
  let byteCount = 0;
  for (const [index, offset] of wanted.entries()) {
    const value = values[index];
    if (value && (index === 0 || byteCount + value.length <= PAGE_BYTES)) {
      records.push({ offset, value });
      byteCount += value.length;
    } else if (value === null && offset === fromOffset) {
      return { kind: "absent", nextOffset: behindMissing(wanted, values) };
    } else return page(fromOffset, offset, records, byteCount);
  }
  return page(fromOffset, end, records, byteCount);
}

function page(
  fromOffset: number,
  nextOffset: number,
  records: readonly ReplayRecord[],
  byteCount: number,
): TierAnswer {
  const found: ReplayPage = { tier: "redis", fromOffset, nextOffset, records, byteCount };
  return { kind: "page", page: found };
}

/** The offset behind the values that are missing at the start. */
function behindMissing(wanted: readonly number[], values: readonly (Buffer | null)[]): number {
  const present = values.findIndex((value) => value !== null);
  const last = present === -1 ? values.length - 1 : present - 1;
  return (wanted[last] ?? 0) + 1;
}

/** Where something is known again, or might be: nothing before that. */
function nextKnown(
  entries: readonly BatchEntry[],
  looked: readonly BatchEntry[],
  known: readonly BatchEntry[],
  offset: number,
): number {
  const believed = known.find(({ from }) => from > offset);
  if (believed !== undefined) return believed.from;
  const unseen = entries[looked.length];
  if (unseen !== undefined) return Math.max(unseen.from, offset + 1);
  const last = entries.at(-1);
  const hasMore = entries.length >= ENTRIES_BEHIND;
  return hasMore && last !== undefined ? Math.max(last.from, offset) + 1 : Number.POSITIVE_INFINITY;
}
