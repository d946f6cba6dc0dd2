// Sends records in the order in which they are posted, one request at a time. What is posted while one is under way
// leaves together in the next, so that a busy producer sends large requests and an idle one waits for nothing.

import { Activity } from "../runtime/activity.ts";
import type { Random } from "../runtime/random.ts";
import { backoffMs, SEND_BACKOFF } from "./backoff.ts";
import { isTooLarge } from "./infrastructure-errors.ts";
import { attempt, type SendFailure } from "./send-attempt.ts";
import { TopicWriter, type TopicWriterOptions, type WritableRecord } from "./topic-writer.ts";

export interface OrderedOutboxOptions extends TopicWriterOptions {
  readonly random: Random;
  /** Attempts for each request, at least 1. */
  readonly maxAttempts: number;
  /** Records that may wait. */
  readonly maxQueued: number;
  /** An attempt with so many records failed; also for the last one. */
  readonly onAttemptFailed: (records: number) => void;
}

interface Posted {
  readonly record: WritableRecord;
  readonly settle: (failure: SendFailure | null) => void;
}

/** One request holds no more than this, well below what topics accept by default (1 MiB); a larger record goes alone. */
const MAX_REQUEST_BYTES = 512 * 1024;
const MAX_REQUEST_RECORDS = 1_000;

export class OrderedOutbox {
  readonly #options: OrderedOutboxOptions;
  readonly #writer: TopicWriter;
  readonly #activity = new Activity();
  #queue: Posted[] = [];
  #sending = false;

  constructor(options: OrderedOutboxOptions) {
    this.#options = options;
    this.#writer = new TopicWriter(options);
  }

  /** True while no further record may be posted. */
  get full(): boolean {
    return this.#activity.pending >= this.#options.maxQueued;
  }

  /** Resolves with `null` once Kafka acknowledged the record, else with the last failure. Never rejects. */
  post(record: WritableRecord): Promise<SendFailure | null> {
    this.#activity.begin();
    return new Promise((settle) => {
      this.#queue.push({ record, settle });
      if (this.#sending) return;
      this.#sending = true;
      // What is posted in one turn leaves together.
      queueMicrotask(() => void this.#pump());
    });
  }

  /** Resolves when nothing waits. */
  settled(): Promise<void> {
    return this.#activity.settled();
  }

  close(): void {
    this.#writer.close();
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) await this.#send(this.#takeRequest());
    this.#sending = false;
  }

  #takeRequest(): readonly Posted[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#queue) {
      bytes += record.value?.length ?? 0;
      if (count > 0 && (bytes > MAX_REQUEST_BYTES || count === MAX_REQUEST_RECORDS)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #send(request: readonly Posted[]): Promise<void> {
    const failure = await this.#outcome(request.map(({ record }) => record));
    // Kafka refused the request for its size; each record of it may still fit alone.
    if (failure !== null && isTooLarge(failure.cause) && request.length > 1) {
      for (const posted of request) await this.#send([posted]);
      return;
    }
    for (const { settle } of request) settle(failure);
    this.#activity.end(request.length);
  }

  async #outcome(records: readonly WritableRecord[]): Promise<SendFailure | null> {
    const { clock, random, maxAttempts, onAttemptFailed } = this.#options;
    for (let attempts = 1; ; attempts++) {
      const failure = await attempt(this.#writer, clock, records);
      if (failure === null) return null;
      const hopeless = isTooLarge(failure.cause);
      if (!hopeless || records.length === 1) onAttemptFailed(records.length);
      if (hopeless || attempts === maxAttempts) return failure;
      await clock.sleep(backoffMs(attempts, random, SEND_BACKOFF));
    }
  }
}
