// Tiers that the test plays, and a page source over them on a clock that the test moves.

import type { Random } from "../../../src/runtime/random.ts";
import {
  type ClosablePageSource,
  createPageSource,
  type PageAnswer,
} from "../../../src/server/replay/page-source.ts";
import type { ReplayTier, TierAnswer, TierName } from "../../../src/server/replay/tier.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../../src/telemetry/flood.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";
import { manualClock } from "../../support/manual-clock.ts";

export interface Read {
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
}

export interface FakeTierOptions {
  /** Deliverable offsets are those for which it is true. Default: all. */
  readonly deliverable?: (offset: number) => boolean;
  /** What the tier has: [from, to). Default: everything. */
  readonly has?: readonly (readonly [from: number, to: number])[];
  /** Offsets of a page. */
  readonly pageOffsets?: number;
  readonly valueBytes?: number;
}

/** Has what it is told to have; `log` is of which making the records are. */
export class FakeTier implements ReplayTier {
  readonly name: TierName;
  readonly reads: Read[] = [];
  readonly forgotten: number[] = [];
  options: FakeTierOptions;
  isDown = false;
  log = "log";
  /** While set, answers wait for it. */
  gate: Promise<void> | null = null;
  running = 0;
  mostRunning = 0;

  constructor(name: TierName, options: FakeTierOptions = {}) {
    this.name = name;
    this.options = options;
  }

  async read(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer> {
    this.reads.push({ partition, fromOffset, toOffset });
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    const answer = this.#answer(fromOffset, toOffset);
    await this.gate;
    this.running--;
    return answer;
  }

  forget(partition: number): void {
    this.forgotten.push(partition);
  }

  #answer(fromOffset: number, toOffset: number): TierAnswer {
    if (this.isDown) return { kind: "unavailable", reason: "down" };
    const { has = [[0, Number.POSITIVE_INFINITY]], pageOffsets = 1024, valueBytes = 8 } = this.options;
    const span = has.find(([from, to]) => from <= fromOffset && fromOffset < to);
    if (!span) {
      const above = has.map(([from]) => from).filter((from) => from > fromOffset);
      return { kind: "absent", nextOffset: Math.min(...above) };
    }
    const nextOffset = Math.min(span[1], toOffset, fromOffset + pageOffsets);
    const records = range(fromOffset, nextOffset)
      .filter(this.options.deliverable ?? (() => true))
      .map((offset) => ({ offset, value: Buffer.from(`${this.log}:${offset}`.padEnd(valueBytes, ".")) }));
    const byteCount = records.reduce((sum, { value }) => sum + value.length, 0);
    return { kind: "page", page: { tier: this.name, fromOffset, nextOffset, records, byteCount } };
  }
}

export interface SourceRigOptions {
  readonly cacheBytes?: number;
  readonly maxReads?: number;
  readonly random?: Pick<Random, "next">;
}

export function sourceRig(tiers: readonly ReplayTier[], options: SourceRigOptions = {}) {
  const clock = manualClock();
  const lines: LogLine[] = [];
  const metrics = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
    with: { redis: true },
  });
  const source: ClosablePageSource = createPageSource({
    tiers: tiers.map((tier) => ({ tier, maxReads: options.maxReads ?? 4 })),
    clock,
    random: { next: () => 0, int: () => 0, bytes: (count) => new Uint8Array(count), ...options.random },
    cacheBytes: options.cacheBytes ?? 32 * 1024 * 1024,
    metrics,
    errors: floodGuard(keepingLog(lines), clock),
  });
  return {
    clock,
    metrics,
    lines,
    source,
    async ask(offset: number, toOffset = 1_000_000, partition = 0): Promise<PageAnswer> {
      const asked = Promise.withResolvers<PageAnswer>();
      source.request(partition, offset, toOffset, asked.resolve);
      return await asked.promise;
    },
    /** All of `asked`, while answers that come in turns get theirs. */
    async all<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
      const all = Promise.all(asked);
      for (let open = true; open; ) {
        void all.then(() => {
          open = false;
        });
        await settle();
        clock.advance(0);
      }
      return await all;
    },
    /** Everything up to `toOffset`, as a client that goes on where each answer ends. */
    async walk(fromOffset: number, toOffset: number, partition = 0): Promise<Walked> {
      const walked: Walked = { offsets: [], values: [], missing: [] };
      for (let at = fromOffset; at < toOffset; ) {
        const answer = await this.ask(at, toOffset, partition);
        at = addTo(walked, at, answer);
      }
      return walked;
    },
    count: (name: string, labels?: Record<string, string>) => metrics.counter(name, labels).value,
  };
}

export interface Walked {
  readonly offsets: number[];
  readonly values: string[];
  /** Stretches that no tier has, each [from, to). */
  readonly missing: [from: number, to: number][];
}

/** Takes what a client at `offset` does not have yet out of an answer; gives where it goes on. */
export function addTo(walked: Walked, offset: number, answer: PageAnswer): number {
  if (answer.kind === "missing") {
    const last = walked.missing.at(-1);
    if (last?.[1] === offset) last[1] = answer.nextOffset;
    else walked.missing.push([offset, answer.nextOffset]);
    return answer.nextOffset;
  }
  for (const record of answer.page.records) {
    if (record.offset < offset) continue;
    walked.offsets.push(record.offset);
    walked.values.push(String(Buffer.from(record.value)));
  }
  return answer.page.nextOffset;
}

/** The integers from `from` up to `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Lets everything happen that waits for no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
