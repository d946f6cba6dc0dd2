// The replay tier that has everything Kafka still has. It judges records again, by itself, and gives those that the
// server delivered; what was trimmed from the log is absent, and where the log cannot be read nothing is known.

import type { KafkaMessage } from "kafkajs";
import { DashstreamError, describeError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { RangePage, RangeReader } from "../../stream/range-reader.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Counter } from "../../telemetry/metrics.ts";
import { Inspector, type InspectorOptions } from "../../wire/inspector.ts";
import type { BytePace } from "./byte-pace.ts";
import { type OpenReading, OpenReadings } from "./open-readings.ts";
import { PageDraft } from "./page-draft.ts";
import type { ReplayTier, TierAnswer } from "./tier.ts";
import type { WithheldOffsets } from "./withheld-offsets.ts";

export interface KafkaTierOptions {
  readonly reader: Pick<RangeReader, "pages">;
  readonly topic: string;
  /** As the pipeline's. */
  readonly inspector: InspectorOptions;
  readonly withheld: Pick<WithheldOffsets, "has">;
  readonly pace: Pick<BytePace, "spend" | "settled">;
  readonly clock: Clock;
  /** Counts what failed. */
  readonly failures: Counter;
  readonly errors: FloodGuard;
  readonly limits?: Partial<KafkaTierLimits>;
}

export interface KafkaTierLimits {
  /** Readings kept open that nobody uses; each holds up to what one fetch brings. Default 4. */
  readonly maxIdleReadings: number;
  /** Milliseconds that they are kept. Default 10,000. */
  readonly idleMs: number;
}

/** Reads are not limited in number here: whoever asks knows which of them are still wanted. */
export interface KafkaTier extends ReplayTier {
  /** Readings under way bring what they bring; none of them is gone on with. */
  forget(partition: number): void;
  /** Ends readings under way. */
  close(): void;
}

const DEFAULT_LIMITS: KafkaTierLimits = { maxIdleReadings: 4, idleMs: 10_000 };

export function createKafkaTier(options: KafkaTierOptions): KafkaTier {
  return new Tier(options);
}

class Tier implements KafkaTier {
  readonly name = "kafka";
  readonly #options: KafkaTierOptions;
  readonly #inspector: Inspector;
  readonly #readings: OpenReadings;
  readonly #closing = new AbortController();

  constructor(options: KafkaTierOptions) {
    this.#options = options;
    this.#inspector = new Inspector(options.inspector);
    this.#readings = new OpenReadings({
      clock: options.clock,
      maxIdle: options.limits?.maxIdleReadings ?? DEFAULT_LIMITS.maxIdleReadings,
      idleMs: options.limits?.idleMs ?? DEFAULT_LIMITS.idleMs,
    });
  }

  async read(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer> {
    const reading = this.#readings.take(partition, fromOffset, () => this.#begin(partition, fromOffset));
    try {
      const answer = await this.#answer(reading, toOffset);
      if (reading.page?.kind === "ended") this.#readings.end(reading);
      else this.#readings.keep(reading);
      return answer;
    } catch (error) {
      this.#readings.end(reading);
      return this.#failed(partition, fromOffset, error);
    }
  }

  forget(partition: number): void {
    this.#readings.forget(partition);
  }

  close(): void {
    this.#closing.abort();
    this.#readings.close();
  }

  /** It has no end of its own: how far a page may go is known when it is asked for. */
  #begin(partition: number, fromOffset: number): OpenReading["pages"] {
    const how = { signal: this.#closing.signal, endIsKnown: true, failFast: true };
    return this.#options.reader.pages(
      this.#options.topic,
      partition,
      fromOffset,
      Number.POSITIVE_INFINITY,
      how,
    );
  }

  async #answer(reading: OpenReading, toOffset: number): Promise<TierAnswer> {
    const draft = new PageDraft(reading.position);
    // What is there already is judged without a wait in between, so others get their turn first.
    if (reading.page !== null) await this.#options.clock.sleep(0, this.#closing.signal);
    while (reading.position < toOffset && !draft.isFull) {
      const page = await this.#pageOf(reading);
      if (page.kind === "records") this.#fill(draft, reading, page, toOffset);
      else if (reading.position > draft.fromOffset) break;
      else return this.#nothing(reading, page);
    }
    return { kind: "page", page: draft.finish(this.name, reading.position) };
  }

  /** Where the log has nothing at the position. */
  #nothing(reading: OpenReading, page: Exclude<RangePage, { readonly kind: "records" }>): TierAnswer {
    const { nextOffset } = page;
    if (page.kind === "ended") {
      const { topic } = this.#options;
      const where = `partition ${reading.partition} of topic ${topic}`;
      const message = `the log of ${where} ends at ${nextOffset}, expected records from ${reading.position} on`;
      throw new DashstreamError("kafka_request_failed", message);
    }
    reading.page = null;
    reading.position = nextOffset;
    return { kind: "absent", nextOffset };
  }

  /** What the reading stands in, else what it comes upon next. */
  async #pageOf(reading: OpenReading): Promise<RangePage> {
    if (reading.page !== null) return reading.page;
    const { pace } = this.#options;
    await pace.settled(this.#closing.signal);
    const { value: page } = await reading.pages.next();
    if (!page) throw new DashstreamError("invariant", `a reading without end ended at ${reading.position}`);
    if (page.kind === "records") pace.spend(page.fetchedBytes);
    reading.page = page;
    reading.index = 0;
    return page;
  }

  /** Takes records over until the draft is full, `toOffset` is reached or the page is used up. */
  #fill(
    draft: PageDraft,
    reading: OpenReading,
    page: Extract<RangePage, { readonly kind: "records" }>,
    toOffset: number,
  ): void {
    for (; ; reading.index++) {
      const record = page.records[reading.index];
      const offset = record ? Number(record.offset) : page.nextOffset;
      // Below it there is nothing that was not looked at.
      reading.position = Math.max(reading.position, Math.min(offset, toOffset));
      if (offset > toOffset || (record && offset === toOffset)) return;
      if (!record) break;
      if (draft.isFull || !this.#judge(draft, reading.partition, offset, record)) return;
    }
    reading.page = null;
  }

  /** False if the record is good but has no room in this draft. */
  #judge(draft: PageDraft, partition: number, offset: number, { value }: KafkaMessage): boolean {
    const inspector = this.#inspector;
    // A null value is a hole, and so is what was withheld.
    if (value === null || this.#options.withheld.has(partition, offset)) return draft.pass(0);
    const judgedBytes = inspector.inspect(value) === null ? inspector.protobuf.length : value.length;
    const { forward } = inspector;
    return forward === null ? draft.pass(judgedBytes) : draft.add(offset, forward, judgedBytes);
  }

  #failed(partition: number, fromOffset: number, error: unknown): TierAnswer {
    const reason = describeError(error);
    if (this.#closing.signal.aborted) return { kind: "unavailable", reason };
    this.#options.failures.inc();
    this.#options.errors.warn("replay_kafka", "replay could not be read from Kafka; trying again", {
      partition,
      offset: fromOffset,
      error: reason,
    });
    return { kind: "unavailable", reason };
  }
}
