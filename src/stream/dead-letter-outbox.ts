// Attempts to write dead letters: what is posted in one turn leaves together, for each partition in requests that fit,
// and each letter learns its own fate within a limited time. Nothing is tried twice here.

import type { Clock } from "../runtime/clock.ts";
import { type DeadLetterRecord, withoutEmbedded } from "./dead-letter-record.ts";
import { isTooLarge } from "./infrastructure-errors.ts";
import { inRequests } from "./request-size.ts";
import { attempt, type SendFailure } from "./send-attempt.ts";
import { TopicWriter, type TopicWriterOptions } from "./topic-writer.ts";

interface Posted {
  readonly record: DeadLetterRecord;
  readonly settle: (failure: SendFailure | null) => void;
}

/** One request holds no more than this, well below what topics accept by default (1 MiB); a larger letter goes alone. */
const MAX_REQUEST_BYTES = 256 * 1024;

export class DeadLetterOutbox {
  readonly #clock: Clock;
  readonly #writer: TopicWriter;
  #turn: Posted[] = [];

  /** @throws DashstreamError `config_invalid` */
  constructor(options: TopicWriterOptions) {
    this.#clock = options.clock;
    this.#writer = new TopicWriter(options);
  }

  /** One attempt; resolves with `null` once Kafka acknowledged the letter, else with what happened. Never rejects. */
  post(record: DeadLetterRecord): Promise<SendFailure | null> {
    return new Promise((settle) => {
      this.#turn.push({ record, settle });
      // A turn of the timers, not of promises: whoever awaits a permit after each letter still fills a request.
      if (this.#turn.length === 1) this.#clock.after(0, () => this.#sendTurn());
    });
  }

  close(): void {
    this.#writer.close();
  }

  #sendTurn(): void {
    const posted = this.#turn;
    this.#turn = [];
    // Kafka answers for a request as a whole: letters of one partition must not fail with those of another.
    for (const part of Map.groupBy(posted, ({ record }) => this.#writer.partitionOf(record)).values()) {
      const requests = inRequests(part, ({ record }) => record.value.length, MAX_REQUEST_BYTES);
      for (const request of requests) void this.#send(request);
    }
  }

  async #send(request: readonly Posted[]): Promise<void> {
    const records = request.map(({ record }) => record);
    const failure = await attempt(this.#writer, this.#clock, records);
    const smaller = failure !== null && isTooLarge(failure.cause) ? smallerRequests(request) : null;
    if (smaller !== null) for (const part of smaller) void this.#send(part);
    else for (const { settle } of request) settle(failure);
  }
}

/** Of letters that Kafka refused for their size, each may fit alone, and one alone without its payload. */
function smallerRequests(request: readonly Posted[]): readonly (readonly Posted[])[] | null {
  if (request.length > 1) return request.map((posted) => [posted]);
  const [posted] = request;
  const record = posted ? withoutEmbedded(posted.record) : null;
  return posted && record ? [[{ ...posted, record }]] : null;
}
