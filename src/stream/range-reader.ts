// Reads a bounded range of one partition without a consumer group. Every offset of the range that holds a record for
// consumers is delivered once, in order, or the reading fails: when the leader moves or a broker restarts it is tried
// again, with growing pauses, until nothing has come for as long as Kafka may take to answer.

import type { KafkaMessage } from "kafkajs";
import { DashstreamError, describeError } from "../errors.ts";
import type { Api, RequestOf, ResponseOf } from "../kafka-protocol/api.ts";
import { APIS } from "../kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../kafka-protocol/error-codes.ts";
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from "../kafka-protocol/requests/list-offsets.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Log } from "../telemetry/log.ts";
import { backoffMs, NO_JITTER } from "./backoff.ts";
import { timedOut, unlessAborted } from "./deadline.ts";
import { type FetchedPage, pagesOf } from "./fetched-records.ts";
import { KafkaCluster, type Recipient } from "./kafka-cluster.ts";
import { checkErrorCode, isWorthRetrying, kafkaFailure } from "./kafka-failure.ts";
import type { KafkaSettings } from "./kafka-settings.ts";

/** What a reading comes upon, in the order of the log. Holes of other kinds than `trimmed` are no loss. */
export type RangePage =
  /** All records for consumers from where the reading stood up to `nextOffset`; there may be none. */
  | {
      readonly kind: "records";
      readonly records: readonly KafkaMessage[];
      readonly nextOffset: number;
      /** Bytes that Kafka sent for it; 0 if they were counted with the page before. */
      readonly fetchedBytes: number;
    }
  /** The log begins at `nextOffset`, above where the reading stood: what lies between is gone. May be past the end. */
  | { readonly kind: "trimmed"; readonly nextOffset: number }
  /** The log ends at `nextOffset`, below what was asked for. Nothing follows. */
  | { readonly kind: "ended"; readonly nextOffset: number };

export interface PagesOptions {
  /** Ends the reading with `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * Does not ask first where the log ends: the caller knows that it goes on to `toOffset`, or takes what comes, records
   * written meanwhile included. Spares a round trip. Default false.
   */
  readonly endIsKnown?: boolean;
  /** Fails with the first error instead of trying again, for callers that do so themselves. Default false. */
  readonly failFast?: boolean;
}

/** Reads without a group; may be used for many ranges at once. */
export interface RangeReader {
  /**
   * What there is with `fromOffset` <= offset < `toOffset`, page by page, and where the log has nothing. Ends like
   * `read`, and rejects like it.
   */
  pages(
    topic: string,
    partition: number,
    fromOffset: number,
    toOffset: number,
    options?: PagesOptions,
  ): AsyncGenerator<RangePage, void, undefined>;
  /**
   * Records with `fromOffset` <= offset < `toOffset`, in offset order, page by page. Offsets that hold no record for
   * a consumer (control, aborted, compacted, trimmed) are absent. Ends at `toOffset` or where the log ended when the
   * reading began, whichever is first. Keys and values are views into their page.
   *
   * Rejects with `kafka_unreachable`, `kafka_topic_missing`, `kafka_request_failed` or `aborted`.
   */
  read(
    topic: string,
    partition: number,
    fromOffset: number,
    toOffset: number,
    signal?: AbortSignal,
  ): AsyncIterable<readonly KafkaMessage[]>;
  /** Ends readings under way with `aborted`. */
  close(): Promise<void>;
}

/** How to reach Kafka. */
export interface RangeReaderOptions {
  readonly settings: KafkaSettings;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bytes that a fetch asks for. Kafka sends a larger batch nevertheless, if it is the first. */
const FETCH_BYTES = 1024 * 1024;
/** Milliseconds that Kafka may wait for records before it answers a fetch without any. */
const MAX_WAIT_MS = 500;
/** Milliseconds for one request, so that a broker which hangs leaves time for another attempt. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Consumers see what is committed. */
const READ_COMMITTED = 1;

/** Connects when first read. @throws DashstreamError `config_invalid`, with the first reading */
export function createRangeReader(options: RangeReaderOptions): RangeReader {
  const closing = new AbortController();
  let cluster: KafkaCluster | null = null;
  const connected = () => {
    cluster ??= new KafkaCluster(options);
    return cluster;
  };
  const pages: RangeReader["pages"] = async function* (topic, partition, fromOffset, toOffset, how = {}) {
    if (fromOffset >= toOffset) return;
    const { signal: ending, endIsKnown = false, failFast = false } = how;
    const signal = ending ? AbortSignal.any([closing.signal, ending]) : closing.signal;
    const reading = new Reading(connected(), { ...options, topic, partition, signal, failFast });
    yield* reading.pages(fromOffset, toOffset, endIsKnown);
  };
  return {
    pages,
    async *read(topic, partition, fromOffset, toOffset, signal) {
      const how = signal ? { signal } : {};
      for await (const page of pages(topic, partition, fromOffset, toOffset, how)) {
        if (page.kind === "records" && page.records.length > 0) yield page.records;
      }
    },
    async close() {
      closing.abort();
      await cluster?.close();
    },
  };
}

interface ReadingOptions extends RangeReaderOptions {
  readonly topic: string;
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly failFast: boolean;
}

type Fetched =
  /** `rest` is decoded only as far as it is asked for. */
  | {
      readonly kind: "records";
      readonly first: FetchedPage;
      readonly rest: Iterable<FetchedPage>;
      readonly sizeBytes: number;
    }
  | Exclude<RangePage, { readonly kind: "records" }>;

/** One pass over one partition. */
class Reading {
  readonly #cluster: KafkaCluster;
  readonly #options: ReadingOptions;
  readonly #signal: AbortSignal;
  readonly #what: string;
  readonly #leader: Recipient;
  readonly #timeoutMs: number;

  constructor(cluster: KafkaCluster, options: ReadingOptions) {
    const { topic, partition, settings, signal } = options;
    this.#cluster = cluster;
    this.#options = options;
    this.#signal = signal;
    this.#what = `reading partition ${partition} of topic ${topic}`;
    this.#leader = { kind: "leader", topic, partition };
    this.#timeoutMs = MAX_WAIT_MS + Math.min(REQUEST_TIMEOUT_MS, settings.operationTimeoutMs);
  }

  async *pages(
    fromOffset: number,
    toOffset: number,
    endIsKnown: boolean,
  ): AsyncGenerator<RangePage, void, undefined> {
    try {
      const logEndOffset = endIsKnown
        ? toOffset
        : await this.#persist(() => this.#offsetAt(LATEST_TIMESTAMP));
      const endOffset = Math.min(toOffset, logEndOffset);
      for (let position = Math.max(0, fromOffset); position < endOffset; ) {
        const page = yield* this.#step(position, endOffset);
        if (page.kind === "ended") return;
        position = page.nextOffset;
      }
      if (endOffset < toOffset) yield { kind: "ended", nextOffset: endOffset };
    } catch (error) {
      throw kafkaFailure(this.#what, error);
    }
  }

  /** Delivers what one fetch brings; gives the last page of it. Nothing of it is kept for the next one. */
  async *#step(position: number, endOffset: number): AsyncGenerator<RangePage, RangePage, undefined> {
    const fetched = await this.#persist(() => this.#fetch(position, endOffset));
    if (fetched.kind !== "records") {
      yield fetched;
      return fetched;
    }
    let last: RangePage = { kind: "ended", nextOffset: position };
    let fetchedBytes = fetched.sizeBytes;
    for (const { records, nextOffset } of pagesIn(fetched)) {
      this.#checkAborted();
      // The last batch may go on beyond the end; what it has there is left out.
      last = { kind: "records", records, nextOffset: Math.min(nextOffset, endOffset), fetchedBytes };
      yield last;
      fetchedBytes = 0;
    }
    return last;
  }

  /** Tries until it succeeds, fails for good, or has failed for as long as Kafka may take to answer. */
  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    const { clock, log, settings, topic, partition, failFast } = this.#options;
    const startedMs = clock.monotonicMs();
    for (let failures = 1; ; failures++) {
      this.#checkAborted();
      try {
        return await unlessAborted(this.#signal, this.#what, attempt());
      } catch (error) {
        const triedMs = clock.monotonicMs() - startedMs;
        if (!isWorthRetrying(error)) throw error;
        this.#cluster.forget(this.#leader);
        if (failFast || triedMs >= settings.operationTimeoutMs) throw error;
        log.warn("reading a partition failed; trying again", {
          topic,
          partition,
          error: describeError(error),
        });
        await clock.sleep(backoffMs(failures, NO_JITTER), this.#signal);
      }
    }
  }

  async #fetch(position: number, endOffset: number): Promise<Fetched> {
    const { topic, partition: index } = this.#options;
    const partition = {
      index,
      currentLeaderEpoch: -1,
      fetchOffset: position,
      logStartOffset: -1,
      maxBytes: FETCH_BYTES,
    };
    const request = { ...FETCH_REQUEST, topics: [{ name: topic, partitions: [partition] }] };
    const answer = await this.#ask(APIS.Fetch, request);
    checkErrorCode(answer.errorCode);
    const found = this.#partitionIn(answer);
    if (found.errorCode === KAFKA_ERRORS.OFFSET_OUT_OF_RANGE) return await this.#outside(position);
    checkErrorCode(found.errorCode);
    const rest = pagesOf(found, position, endOffset);
    const first = rest.next();
    const sizeBytes = found.records.reduce((sum, buffer) => sum + buffer.length, 0);
    if (!first.done) return { kind: "records", first: first.value, rest, sizeBytes };
    return await this.#atEnd(position);
  }

  /** Where to go on, given that Kafka has nothing at `position`. */
  async #outside(position: number): Promise<Fetched> {
    const logStartOffset = await this.#offsetAt(EARLIEST_TIMESTAMP);
    return position < logStartOffset
      ? { kind: "trimmed", nextOffset: logStartOffset }
      : await this.#atEnd(position);
  }

  /**
   * An answer without records is no proof that the log ends: Kafka may have waited in vain, throttle us, or have a
   * leader that does not know yet how far its followers are. It says so when it is asked for the end.
   */
  async #atEnd(position: number): Promise<Fetched> {
    const logEndOffset = await this.#offsetAt(LATEST_TIMESTAMP);
    if (logEndOffset <= position) return { kind: "ended", nextOffset: logEndOffset };
    throw timedOut(`no records came from offset ${position}, though the log goes on to ${logEndOffset}`);
  }

  async #offsetAt(timestampMs: number): Promise<number> {
    const { topic, partition: index } = this.#options;
    const partitions = [{ index, currentLeaderEpoch: -1, timestampMs }];
    const topics = [{ name: topic, partitions }];
    const request = { replicaId: -1, isolationLevel: READ_COMMITTED, topics };
    const found = this.#partitionIn(await this.#ask(APIS.ListOffsets, request));
    checkErrorCode(found.errorCode);
    return found.offset;
  }

  #ask<A extends Api>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    return this.#cluster.ask({ to: this.#leader, api, request, timeoutMs: this.#timeoutMs });
  }

  #partitionIn<P>(answer: { readonly topics: ReadonlyArray<{ readonly partitions: readonly P[] }> }): P {
    const found = answer.topics[0]?.partitions[0];
    if (found) return found;
    throw new DashstreamError("protocol_error", "the answer does not have the partition that was asked for");
  }

  #checkAborted(): void {
    if (this.#signal.aborted) throw new DashstreamError("aborted", `${this.#what} was cancelled`);
  }
}

const FETCH_REQUEST = {
  replicaId: -1,
  maxWaitMs: MAX_WAIT_MS,
  minBytes: 1,
  maxBytes: FETCH_BYTES,
  isolationLevel: READ_COMMITTED,
  // No session: each request names its partition.
  sessionId: 0,
  sessionEpoch: -1,
  forgottenTopics: [],
  rackId: "",
};

function* pagesIn({
  first,
  rest,
}: Extract<Fetched, { readonly kind: "records" }>): Generator<FetchedPage, void> {
  yield first;
  yield* rest;
}
