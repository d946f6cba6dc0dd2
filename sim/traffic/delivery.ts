// Batches on their way to Kafka, each repeated until it is acknowledged. Only what Kafka will never take is given up, one
// by one and counted by cause, while the others of its batch are sent; and what is under way when a signal comes.

import type { Clock } from "../../src/runtime/clock.ts";
import { isRecordRefused, isTooLarge } from "../../src/stream/infrastructure-errors.ts";
import type { OutgoingRecord } from "./alteration.ts";

/** Records that Kafka answered it will not take, and would not if they were sent again. */
export interface RefusedRecords {
  /** Above what the broker takes in one batch: its `message.max.bytes`, or `max.message.bytes` of the topic. */
  readonly tooLarge: number;
  /** Its time or the lack of a key is against the settings of the topic. */
  readonly invalid: number;
}

export interface TrafficProgress {
  /** Records acknowledged. */
  readonly produced: number;
  readonly producedBytes: number;
  /** Sends that failed and were repeated. */
  readonly failedSends: number;
  readonly refused: RefusedRecords;
  /** Why the last send that was not acknowledged failed; null if all were. */
  readonly lastError: unknown;
}

export type SendRecords = (records: readonly OutgoingRecord[]) => Promise<void>;

export interface DeliveryOptions {
  /** Resolves when the records are acknowledged. */
  readonly send: SendRecords;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Called after every acknowledged or failed send; the object is new each time. */
  readonly onProgress?: (progress: TrafficProgress) => void;
}

const RETRY_DELAY_MS = 500;
/**
 * Kafka refuses a batch as a whole if it is too large, 1 MiB where nothing else is set. A record that is large by itself
 * travels alone, so that its refusal is nobody else's.
 */
const MAX_SEND_BYTES = 512 * 1024;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #inFlight = new Set<Promise<void>>();
  #produced = 0;
  #producedBytes = 0;
  #failedSends = 0;
  #tooLarge = 0;
  #invalid = 0;
  #lastError: unknown = null;
  /** Given up because of the signal; some of them may have arrived all the same. */
  unsent = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Batches under way. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  progress(): TrafficProgress {
    return {
      produced: this.#produced,
      producedBytes: this.#producedBytes,
      failedSends: this.#failedSends,
      refused: { tooLarge: this.#tooLarge, invalid: this.#invalid },
      lastError: this.#lastError,
    };
  }

  /** Sends a batch; what `oneSettled` and `allSettled` wait for. */
  start(records: readonly OutgoingRecord[]): void {
    const done = this.deliver(records).finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
  }

  async oneSettled(): Promise<void> {
    await Promise.race(this.#inFlight);
  }

  async allSettled(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  /** Resolves when nothing is left to do for any of the records. */
  async deliver(records: readonly OutgoingRecord[]): Promise<void> {
    for (const part of partsOf(records)) await this.#deliverPart(part);
  }

  async #deliverPart(records: readonly OutgoingRecord[]): Promise<void> {
    const { clock, signal, onProgress } = this.#options;
    while (true) {
      const outcome = await this.#attempt(records);
      onProgress?.(this.progress());
      if (outcome === "acknowledged" || outcome === "refused") return;
      if (outcome === "split") return this.#deliverHalves(records);
      if (await clock.sleep(RETRY_DELAY_MS, signal)) continue;
      this.unsent += records.length;
      return;
    }
  }

  /** One after the other, so that they stay in order. */
  async #deliverHalves(records: readonly OutgoingRecord[]): Promise<void> {
    const half = records.length >> 1;
    await this.#deliverPart(records.slice(0, half));
    await this.#deliverPart(records.slice(half));
  }

  async #attempt(
    records: readonly OutgoingRecord[],
  ): Promise<"acknowledged" | "failed" | "refused" | "split"> {
    try {
      await this.#options.send(records);
    } catch (error) {
      this.#lastError = error;
      const tooLarge = isTooLarge(error);
      if (!tooLarge && !isRecordRefused(error)) {
        this.#failedSends++;
        return "failed";
      }
      if (records.length > 1) return "split";
      if (tooLarge) this.#tooLarge++;
      else this.#invalid++;
      return "refused";
    }
    this.#produced += records.length;
    for (const { value } of records) this.#producedBytes += value?.length ?? 0;
    return "acknowledged";
  }
}

/** Runs of records that are sent together; a single one may be larger than that. */
function* partsOf(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, { value }] of records.entries()) {
    const size = value?.length ?? 0;
    if (index > start && bytes + size > MAX_SEND_BYTES) {
      yield records.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start === 0) yield records;
  else yield records.slice(start);
}
