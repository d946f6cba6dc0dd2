// Sends records in the order in which they are posted, for each partition one request at a time. What is posted while
// one is under way leaves together in the next, so that a busy producer sends large requests and an idle one waits for
// nothing. A partition that takes no records holds up and fails its own records only.

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

/** A record that its key gives a place. */
type KeyedRecord = WritableRecord & { readonly key: Buffer };

interface Posted {
  readonly record: KeyedRecord;
  readonly settle: (failure: SendFailure | null) => void;
}

/** The records of a partition, or of partitions that are not known yet. */
interface Lane {
  readonly queue: Posted[];
  isSending: boolean;
}

/** One request holds no more than this, well below what topics accept by default (1 MiB); a larger record goes alone. */
const MAX_REQUEST_BYTES = 512 * 1024;
const MAX_REQUEST_RECORDS = 1_000;

export class OrderedOutbox {
  readonly #options: OrderedOutboxOptions;
  readonly #writer: TopicWriter;
  readonly #lanes = new Map<number, Lane>();
  /** Takes everything until it is known how many partitions there are. */
  readonly #unsorted: Lane = { queue: [], isSending: false };
  /** Posted and not settled. */
  #pending = 0;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: OrderedOutboxOptions) {
    this.#options = options;
    this.#writer = new TopicWriter(options);
  }

  /** True while no further record may be posted. */
  get full(): boolean {
    return this.#pending >= this.#options.maxQueued;
  }

  /** Resolves with `null` once Kafka acknowledged the record, else with the last failure. Never rejects. */
  post(record: KeyedRecord): Promise<SendFailure | null> {
    this.#pending++;
    return new Promise((settle) => this.#enqueue({ record, settle }));
  }

  /** Attempts under way and to come fail. */
  close(): void {
    this.#writer.close();
  }

  #enqueue(posted: Posted): void {
    const lane = this.#laneOf(posted.record);
    lane.queue.push(posted);
    if (lane.isSending) return;
    lane.isSending = true;
    // What is posted in one turn leaves together.
    queueMicrotask(() => void this.#pump(lane));
  }

  #laneOf(record: KeyedRecord): Lane {
    const partition = this.#writer.partitionOf(record);
    // While the first records are under way, others of their threads must not overtake them.
    if (partition === null || this.#unsorted.isSending) return this.#unsorted;
    const lane = this.#lanes.get(partition) ?? { queue: [], isSending: false };
    this.#lanes.set(partition, lane);
    return lane;
  }

  async #pump(lane: Lane): Promise<void> {
    do await this.#send(takeRequest(lane.queue), 0);
    while (lane.queue.length > 0 && !this.#isSortable(lane));
    lane.isSending = false;
    for (const posted of lane.queue.splice(0)) this.#enqueue(posted);
  }

  /** Whether what waits in the lane can go on in lanes of its partitions. */
  #isSortable(lane: Lane): boolean {
    const [next] = lane.queue;
    return lane === this.#unsorted && next !== undefined && this.#writer.partitionOf(next.record) !== null;
  }

  /** Sends records of which so many attempts failed already, and settles them. */
  async #send(request: readonly Posted[], attempts: number): Promise<void> {
    const parts = [...Map.groupBy(request, ({ record }) => this.#writer.partitionOf(record)).values()];
    if (parts.length > 1) await Promise.all(parts.map((part) => this.#sendPart(part, attempts)));
    else await this.#sendPart(request, attempts);
  }

  async #sendPart(request: readonly Posted[], attempts: number): Promise<void> {
    const { clock, random, maxAttempts, onAttemptFailed } = this.#options;
    const records = request.map(({ record }) => record);
    const failure = await attempt(this.#writer, clock, records);
    if (failure === null) return this.#settle(request, null);
    const isLarge = isTooLarge(failure.cause);
    if (isLarge && request.length > 1) {
      // Kafka refused the request for its size; each record of it may still fit alone.
      for (const posted of request) await this.#send([posted], attempts);
      return;
    }
    onAttemptFailed(records.length);
    const failures = attempts + 1;
    if (isLarge || this.#writer.closed || failures === maxAttempts) return this.#settle(request, failure);
    await clock.sleep(backoffMs(failures, random, SEND_BACKOFF));
    await this.#send(request, failures);
  }

  #settle(request: readonly Posted[], failure: SendFailure | null): void {
    this.#pending -= request.length;
    for (const { settle } of request) settle(failure);
  }
}

function takeRequest(queue: Posted[]): readonly Posted[] {
  let bytes = 0;
  let count = 0;
  for (const { record } of queue) {
    bytes += record.value?.length ?? 0;
    if (count > 0 && (bytes > MAX_REQUEST_BYTES || count === MAX_REQUEST_RECORDS)) break;
    count++;
  }
  return queue.splice(0, count);
}
