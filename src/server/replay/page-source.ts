// Where sessions that are behind the ring get their records from: the tiers, one after the other, through one cache.
// Whoever asks gets what there is at its offset, or that no tier has it any more; never the one for the other.

import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { AnswerTurns } from "./answer-turns.ts";
import { tierMetrics } from "./lookup-metrics.ts";
import { PageCache } from "./page-cache.ts";
import { PartitionPages } from "./partition-pages.ts";
import type { ReplayPage, ReplayTier } from "./tier.ts";
import { TierQueue } from "./tier-queue.ts";

export type PageAnswer =
  /** A stretch that contains the offset asked for; what lies before that in it is for others. */
  | { readonly kind: "page"; readonly page: ReplayPage }
  /** No tier has anything before `nextOffset` any more. */
  | { readonly kind: "missing"; readonly nextOffset: number };

export interface PageSource {
  /**
   * Calls `ready` once, never before it returns, with what there is at `offset` of the partition. Pages end at
   * `toOffset` at the latest, above which the ring has everything; many asking for the same stretch share one reading.
   * While no tier can say, it is tried again, for ever. Gives a function that withdraws the question.
   */
  request(
    partition: number,
    offset: number,
    toOffset: number,
    ready: (answer: PageAnswer) => void,
  ): () => void;
  /** Offsets of the partition start over: nothing that was read or is being read of it counts any more. */
  forget(partition: number): void;
}

export interface PageSourceOptions {
  /** In the order of asking. None: everything is missing. */
  readonly tiers: readonly TierAccess[];
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of pages kept for others. */
  readonly cacheBytes: number;
  readonly metrics: Metrics;
  /** Told of tiers that break their contract. */
  readonly errors: FloodGuard;
}

export interface TierAccess {
  readonly tier: ReplayTier;
  /** Reads of it at once, at least 1. Others wait in the order of asking. */
  readonly maxReads: number;
}

export interface ClosablePageSource extends PageSource {
  /** Nothing is read or answered afterwards. */
  close(): void;
}

export function createPageSource(options: PageSourceOptions): ClosablePageSource {
  const { clock, random, metrics, errors } = options;
  const cache = new PageCache(options.cacheBytes);
  metrics.gaugeFn("replay_buffer_page_cache_bytes", {}, () => cache.byteCount);
  const closing = new AbortController();
  const tiers = options.tiers.map(({ tier, maxReads }) => {
    const { hits, misses, reads, latencyMs } = tierMetrics(metrics, tier.name);
    return { hits, misses, queue: new TierQueue({ tier, maxReads, clock, reads, latencyMs, errors }) };
  });
  const shared = {
    tiers,
    cache,
    clock,
    random,
    cacheHits: metrics.counter("replay_buffer_page_cache_hits_total"),
    turns: new AnswerTurns(clock),
    closing: closing.signal,
  };
  const partitions = new Map<number, PartitionPages>();
  const pagesOf = (partition: number) => {
    const known = partitions.get(partition) ?? new PartitionPages(partition, shared);
    partitions.set(partition, known);
    return known;
  };
  return {
    request: (partition, offset, toOffset, ready) => pagesOf(partition).request(offset, toOffset, ready),
    forget(partition) {
      for (const { queue } of tiers) queue.forget(partition);
      partitions.get(partition)?.forget();
    },
    close: () => closing.abort(),
  };
}
