// One life of the client library in the consumer group: it connects, joins, fetches and retries by itself until it
// gives up or is closed. What it tells of itself on the way goes to one listener.

import type { Consumer, EachBatchPayload } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Log } from "../telemetry/log.ts";
import { endsWithin } from "./deadline.ts";
import { isRejoinText, isWrongBrokerText, type KafkaOperation } from "./infrastructure-errors.ts";
import { createKafkaClient, type KafkaClient } from "./kafka-client.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import type { CommittableOffset } from "./offset-commits.ts";
import { singlePartition } from "./single-partition.ts";

export interface GroupMembershipOptions {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly groupId: string;
  readonly fromBeginning: boolean;
  /** Reads this partition only; default: the share that the group gives it. */
  readonly partition?: number | undefined;
  /** How long Kafka holds a fetch back while there is no record, at most 1,500 ms; default 250. */
  readonly fetchMaxWaitMs?: number | undefined;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MembershipListener {
  /** Kafka answered as to a member. */
  proven(): void;
  failed(operation: KafkaOperation, error: unknown): void;
  /** The group divides its partitions anew; what is committed now still counts. */
  rebalancing(): void;
  joined(partitions: readonly number[]): void;
  /** From `firstOffset` up to `nextOffset` there is no record that a consumer may see. */
  skipped(partition: number, firstOffset: number, nextOffset: number): void;
  batch(payload: EachBatchPayload): Promise<void>;
}

/** Short, so that a member that vanished does not hold up the group for long. */
const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_500;
/** A fetch returns as soon as there is one byte; below 100 ms nothing is won. */
const DEFAULT_FETCH_MAX_WAIT_MS = 250;
/** From a fetch that a broker refused because the leader is elsewhere, or nowhere, to the next one. */
const ELECTION_PAUSE_MS = 250;
/** The library keeps its group membership while it retries by itself, so that it goes on at once after an outage. */
const LIBRARY_RETRIES = 1_000_000;

/** Partitions that are not fetched before the timer ends, because one of them has no leader. */
interface Election {
  readonly timer: Timer;
  readonly partitions: readonly number[];
}

const OPERATIONS: Readonly<Record<string, KafkaOperation>> = {
  Fetch: "fetch",
  Heartbeat: "heartbeat",
  JoinGroup: "join",
  SyncGroup: "join",
};

export class GroupMembership {
  readonly #options: GroupMembershipOptions;
  readonly #listener: MembershipListener;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  /** The one commit of the library that it does not retry by itself; there is one from the first batch on. */
  #commitOnce: EachBatchPayload["commitOffsetsIfNecessary"] | null = null;
  #running = false;
  #assigned: readonly number[] = [];
  /** Partitions that whoever uses this does not want fetched. */
  readonly #paused = new Set<number>();
  #election: Election | null = null;
  /** Resolves with the reason when the library gives up. */
  readonly ended: Promise<unknown>;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: GroupMembershipOptions, listener: MembershipListener) {
    const { settings, network, clock, log, groupId, topic, partition } = options;
    this.#options = options;
    this.#listener = listener;
    this.#client = createKafkaClient({
      settings,
      network,
      clock,
      log,
      retries: LIBRARY_RETRIES,
      onSocketError: (error) => listener.failed("connect", error),
      onFailedResponse: ({ api, error }) => {
        const operation = OPERATIONS[api];
        if (!operation || isRejoinText(error)) return;
        if (operation === "fetch" && isWrongBrokerText(error)) this.#awaitElection();
        listener.failed(operation, new Error(error));
      },
    });
    this.#consumer = this.#client.kafka.consumer({
      groupId,
      ...(partition === undefined ? {} : { partitionAssigners: [singlePartition(topic, partition)] }),
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: options.fetchMaxWaitMs ?? DEFAULT_FETCH_MAX_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { retries: LIBRARY_RETRIES, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
    this.ended = this.#watch();
  }

  /** Connects and begins to read. Rejects with what the library throws. */
  async start(): Promise<void> {
    const { topic, fromBeginning } = this.#options;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic, fromBeginning });
    this.#running = true;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        this.#commitOnce = payload.commitOffsetsIfNecessary;
        return this.#listener.batch(payload);
      },
    });
  }

  pause(partition: number): void {
    this.#paused.add(partition);
    this.#setFetching([partition], false);
  }

  resume(partition: number): void {
    this.#paused.delete(partition);
    if (!this.#election?.partitions.includes(partition)) this.#setFetching([partition], true);
  }

  /** The next fetch of the partition begins at `offset`. */
  seek(partition: number, offset: number): void {
    const { topic } = this.#options;
    if (this.#running) this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  async commit(offsets: readonly CommittableOffset[]): Promise<void> {
    const { topic } = this.#options;
    if (this.#commitOnce) await this.#commitOnce({ topics: [{ topic, partitions: [...offsets] }] });
    else await this.#consumer.commitOffsets(offsets.map((entry) => ({ topic, ...entry })));
  }

  /** Leaves the group if that works within `timeoutMs`, then cuts the connections. */
  async close(timeoutMs: number): Promise<void> {
    this.#running = false;
    this.#election?.timer.cancel();
    await endsWithin(this.#options.clock, timeoutMs, this.#consumer.disconnect());
    this.#client.destroy();
  }

  #setFetching(partitions: readonly number[], fetches: boolean): void {
    if (!this.#running) return;
    const given = [{ topic: this.#options.topic, partitions: [...partitions] }];
    if (fetches) this.#consumer.resume(given);
    else this.#consumer.pause(given);
  }

  /**
   * The library answers such a refusal by joining its group again and fetching at once, for as long as an election lasts:
   * some sixty times a second, each time with an error. With nothing to fetch it only waits.
   */
  #awaitElection(): void {
    if (this.#election !== null) return;
    const partitions = this.#assigned;
    this.#setFetching(partitions, false);
    const timer = this.#options.clock.after(ELECTION_PAUSE_MS, () => {
      this.#election = null;
      const wanted = partitions.filter((partition) => !this.#paused.has(partition));
      this.#setFetching(wanted, true);
    });
    this.#election = { timer, partitions };
  }

  #watch(): Promise<unknown> {
    const listener = this.#listener;
    const consumer = this.#consumer;
    const { events } = consumer;
    consumer.on(events.FETCH, () => listener.proven());
    consumer.on(events.HEARTBEAT, () => listener.proven());
    consumer.on(events.REBALANCING, () => listener.rebalancing());
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => {
      const error = new DashstreamError("kafka_unreachable", `${payload.apiName}: request timed out`);
      listener.failed(OPERATIONS[payload.apiName] ?? "connect", error);
    });
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      listener.proven();
      this.#assigned = payload.memberAssignment[this.#options.topic] ?? [];
      listener.joined(this.#assigned);
    });
    consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize !== 0) return;
      // Where a batch has nothing at or after the offset that was fetched, there is no first offset.
      const first: string | null = payload.firstOffset;
      listener.skipped(
        payload.partition,
        Number(first ?? payload.lastOffset),
        Number(payload.lastOffset) + 1,
      );
    });
    return new Promise((resolve) => {
      const end = (reason: unknown) => {
        this.#running = false;
        resolve(reason);
      };
      consumer.on(events.CRASH, ({ payload }) => end(payload.error));
      consumer.on(events.STOP, () => end(null));
    });
  }
}
