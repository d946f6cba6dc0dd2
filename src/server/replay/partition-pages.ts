// The page source of one partition. Clients whose offsets lie near each other share a reading: it begins at a round
// offset below them, and goes on page by page until each of them has its own.

import { DashstreamError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { backoffMs } from "../../stream/backoff.ts";
import type { Counter } from "../../telemetry/metrics.ts";
import type { AnswerTurns } from "./answer-turns.ts";
import type { PageCache } from "./page-cache.ts";
import { type CountedTier, type Found, PageLookup } from "./page-lookup.ts";
import type { PageAnswer } from "./page-source.ts";
import { pageUpTo, type ReplayPage } from "./tier.ts";

/** What all partitions share. */
export interface SharedPages {
  readonly tiers: readonly CountedTier[];
  readonly cache: PageCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly cacheHits: Counter;
  readonly turns: AnswerTurns;
  readonly closing: AbortSignal;
}

interface Asker {
  readonly offset: number;
  readonly toOffset: number;
  readonly ready: (answer: PageAnswer) => void;
  /** The reading that it waits for. */
  reading: Reading | null;
  isWithdrawn: boolean;
}

/** A walk through one block of offsets, for those who wait for something in it. */
interface Reading {
  readonly askers: Set<Asker>;
  /** Where the block begins. */
  readonly block: number;
  /** Where it reads now, or goes on. */
  position: number;
  /** Offsets that a page of it seems to cover: it skips what is further below its next asker. A power of 2. */
  grain: number;
  /** Attempts that failed in a row. */
  failures: number;
}

/** Readings begin at multiples of this, so that those who ask for neighbouring offsets share them. */
const BLOCK_OFFSETS = 1024;
/** What handing out an answer costs at least, in bytes. */
const ANSWER_BYTES = 1024;

export class PartitionPages {
  readonly #partition: number;
  readonly #shared: SharedPages;
  readonly #lookup: PageLookup;
  readonly #readings = new Set<Reading>();
  /** Rises when offsets start over. */
  #epoch = 0;

  constructor(partition: number, shared: SharedPages) {
    this.#partition = partition;
    this.#shared = shared;
    this.#lookup = new PageLookup(partition, shared.tiers, shared.clock);
  }

  /** @throws DashstreamError `invariant` for a stretch without offsets */
  request(offset: number, toOffset: number, ready: (answer: PageAnswer) => void): () => void {
    if (!(offset < toOffset)) {
      throw new DashstreamError("invariant", `replay of offsets ${offset} to ${toOffset} has none to read`);
    }
    const asker: Asker = { offset, toOffset, ready, reading: null, isWithdrawn: false };
    this.#ask(asker);
    return () => {
      asker.isWithdrawn = true;
      asker.reading?.askers.delete(asker);
    };
  }

  forget(): void {
    this.#epoch++;
    this.#lookup.forget();
    this.#shared.cache.forget(this.#partition);
    for (const reading of this.#readings) {
      reading.position = reading.block;
      reading.grain = BLOCK_OFFSETS;
    }
  }

  #ask(asker: Asker): void {
    if (this.#giveCached(asker)) return;
    const block = roundDown(asker.offset, BLOCK_OFFSETS);
    const joined = [...this.#readings].find(
      (reading) => reading.block === block && reading.position <= asker.offset,
    );
    asker.reading = joined ?? this.#begin(block);
    asker.reading.askers.add(asker);
    if (!joined) void this.#run(asker.reading);
  }

  #begin(block: number): Reading {
    const reading = {
      askers: new Set<Asker>(),
      block,
      position: block,
      grain: BLOCK_OFFSETS,
      failures: 0,
    };
    this.#readings.add(reading);
    return reading;
  }

  /** Until nobody waits for it any more. */
  async #run(reading: Reading): Promise<void> {
    const { clock, random, closing } = this.#shared;
    // Those who ask at the same moment are known before the first page is.
    await Promise.resolve();
    while (!closing.aborted && this.#goTo(reading)) {
      const epoch = this.#epoch;
      const { position } = reading;
      const isWanted = () => !closing.aborted && reading.askers.size > 0 && epoch === this.#epoch;
      const toOffset = Math.max(...[...reading.askers].map((asker) => asker.toOffset));
      const pageEnd = this.#pageEnd(reading, toOffset);
      const stretch = { fromOffset: position, toOffset: pageEnd, believedTo: toOffset };
      const found = await this.#lookup.find(stretch, isWanted);
      if (epoch !== this.#epoch) continue;
      if (found.kind === "unavailable") {
        await clock.sleep(backoffMs(++reading.failures, random), closing);
      } else if (found.kind !== "unwanted") {
        reading.failures = 0;
        this.#take(reading, found, pageEnd);
      }
    }
    this.#readings.delete(reading);
  }

  /** Moves on to where its next asker needs it; false if there is none. */
  #goTo(reading: Reading): boolean {
    for (const asker of [...reading.askers]) {
      if (this.#giveCached(asker)) reading.askers.delete(asker);
    }
    if (reading.askers.size === 0) return false;
    const offset = Math.min(...[...reading.askers].map((asker) => asker.offset));
    const coveredTo = this.#shared.cache.floor(this.#partition, offset)?.nextOffset ?? 0;
    reading.position = Math.max(reading.position, coveredTo, roundDown(offset, reading.grain));
    return true;
  }

  /** Not into what is there already, or what somebody else reads. */
  #pageEnd({ position }: Reading, toOffset: number): number {
    const others = [...this.#readings].map((other) => other.position).filter((other) => other > position);
    return Math.min(toOffset, this.#shared.cache.ceiling(this.#partition, position), ...others);
  }

  #take(reading: Reading, found: Extract<Found, { kind: "page" | "missing" }>, pageEnd: number): void {
    const { cache } = this.#shared;
    // Of what no tier has any more, a page may have been kept.
    const ceiling = cache.ceiling(this.#partition, reading.position);
    const nextOffset = found.kind === "page" ? found.page.nextOffset : Math.min(found.nextOffset, ceiling);
    for (const asker of [...reading.askers]) {
      if (asker.offset >= nextOffset) continue;
      reading.askers.delete(asker);
      if (found.kind === "missing" && this.#giveCached(asker)) continue;
      for (const { misses } of found.asked) misses.inc();
      if (found.kind === "page") this.#givePage(asker, found.page);
      else this.#give(asker, { kind: "missing", nextOffset: Math.min(nextOffset, asker.toOffset) });
    }
    if (found.kind === "page") {
      cache.add(this.#partition, found.page);
      if (nextOffset < pageEnd)
        reading.grain = Math.min(reading.grain, powerBelow(nextOffset - reading.position));
    }
    reading.position = nextOffset;
  }

  #giveCached(asker: Asker): boolean {
    const page = this.#shared.cache.find(this.#partition, asker.offset);
    if (page === null) return false;
    this.#shared.cacheHits.inc();
    this.#givePage(asker, page);
    return true;
  }

  #givePage(asker: Asker, page: ReplayPage): void {
    this.#shared.tiers.find(({ queue }) => queue.name === page.tier)?.hits.inc();
    this.#give(asker, { kind: "page", page: pageUpTo(page, asker.toOffset) });
  }

  #give(asker: Asker, answer: PageAnswer): void {
    asker.reading = null;
    const epoch = this.#epoch;
    const bytes = ANSWER_BYTES + (answer.kind === "page" ? answer.page.byteCount : 0);
    this.#shared.turns.push(bytes, () => {
      if (asker.isWithdrawn || this.#shared.closing.aborted) return;
      if (epoch === this.#epoch) asker.ready(answer);
      else this.#ask(asker);
    });
  }
}

function roundDown(offset: number, multiple: number): number {
  return offset - (offset % multiple);
}

/** The largest power of 2 that is not above `count`, which is at least 1. */
function powerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}
