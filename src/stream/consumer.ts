// Reads a topic as a member of a consumer group and keeps doing so: what fails is counted and tried again, a client
// library that gives up is replaced, and an offset is committed only after its record was handled.

import type { Consumer, EachBatchPayload } from "kafkajs";
import { DashstreamError, describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import { AssignmentTracker } from "./assignment-tracker.ts";
import { backoffMs } from "./backoff.ts";
import type { BatchHandler } from "./batch.ts";
import { endsWithin } from "./deadline.ts";
import {
  classifyInfrastructureError,
  isTopicMissing,
  type KafkaOperation,
  type OnInfrastructureError,
} from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import { createKafkaClient, type KafkaClient } from "./kafka-client.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import { Liveness } from "./liveness.ts";
import { OffsetCommits } from "./offset-commits.ts";
import type { OffsetReset, PartitionState } from "./partition-state.ts";

export interface GroupConsumerOptions {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly groupId: string;
  readonly autoOffsetReset: OffsetReset;
  readonly handler: BatchHandler;
  readonly admin: KafkaAdmin;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onInfrastructureError: OnInfrastructureError;
  /** Retries that one start-up step took, once it succeeded. */
  readonly onStarted: (operation: "kafka_consumer_create" | "kafka_subscribe", retries: number) => void;
}

/** Short, so that a member that vanished does not hold up the group for long. */
const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_500;
/** A fetch returns as soon as there is one byte; below 100 ms nothing is won. */
const FETCH_MAX_WAIT_MS = 250;
const COMMIT_INTERVAL_MS = 5_000;
const STOP_TIMEOUT_MS = 5_000;
/** The library keeps its group membership while it retries by itself, so that it goes on at once after an outage. */
const LIBRARY_RETRIES = 1_000_000;

const FAILED_OPERATIONS: Readonly<Record<string, KafkaOperation>> = {
  Fetch: "fetch",
  Heartbeat: "heartbeat",
  JoinGroup: "join",
  SyncGroup: "join",
};

/** What Kafka answers to members that merely have to join again, in the words of the client library. */
const REJOIN_TEXT = /rebalancing|valid member id|generation|not aware of this member/i;

export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #tracker: AssignmentTracker;
  readonly #commits: OffsetCommits;
  readonly #liveness: Liveness;
  /** Aborted first: nothing more is fetched or started. */
  readonly #stop = new AbortController();
  /** Aborted last, when all is committed: the membership ends. */
  readonly #leave = new AbortController();
  #running: { readonly consumer: Consumer; readonly client: KafkaClient } | null = null;
  #supervisor: Promise<void> | null = null;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    this.#liveness = new Liveness(options.clock);
    this.#tracker = new AssignmentTracker(options);
    this.#commits = new OffsetCommits({
      clock: options.clock,
      intervalMs: COMMIT_INTERVAL_MS,
      partitions: () => this.#tracker.partitions.values(),
      send: () => this.#committer(),
      onInfrastructureError: options.onInfrastructureError,
    });
  }

  /** The partitions read now. */
  get partitions(): ReadonlyMap<number, PartitionState> {
    return this.#tracker.partitions;
  }

  /** True while this process is a working member of the group. */
  get joined(): boolean {
    return this.#liveness.alive;
  }

  /** Seconds without a working membership, from the start on; `null` = it works now. */
  downSeconds(): number | null {
    return this.#liveness.downSeconds();
  }

  /** Begins to read and keeps at it until `stop`. Returns at once. */
  start(): void {
    this.#commits.start();
    this.#supervisor ??= this.#supervise();
  }

  /** Stops fetching, lets the handler finish its slice, runs `beforeCommit`, commits, and leaves the group. */
  async stop(beforeCommit: () => Promise<void>): Promise<void> {
    this.#stop.abort();
    this.#commits.stop();
    await Promise.all([...this.#tracker.partitions.values()].map((state) => state.active.settled()));
    await beforeCommit();
    await endsWithin(this.#options.clock, STOP_TIMEOUT_MS, this.#commits.commit());
    this.#leave.abort();
    await this.#supervisor;
  }

  /** Fetches nothing more of a partition until it is resumed; the membership goes on. */
  pausePartition(partition: number): void {
    const state = this.#tracker.partitions.get(partition);
    if (!state) return;
    state.holds.add("paused");
    this.#running?.consumer.pause([{ topic: this.#options.topic, partitions: [partition] }]);
  }

  /** Goes on with a paused partition at `offset`. */
  resumePartition(partition: number, offset: number): void {
    const state = this.#tracker.partitions.get(partition);
    if (!state) return;
    state.holds.delete("paused");
    state.position = Math.max(state.position, offset);
    const { topic } = this.#options;
    this.#running?.consumer.seek({ topic, partition, offset: String(state.position) });
    this.#running?.consumer.resume([{ topic, partitions: [partition] }]);
  }

  async #supervise(): Promise<void> {
    const { clock, random, log } = this.#options;
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      const crash = await this.#runOnce(() => {
        failures = 0;
      });
      if (this.#stop.signal.aborted) return;
      failures++;
      this.#failed("connect", crash);
      const pauseMs = backoffMs(failures, random);
      log.warn("kafka consumer: starting anew", {
        error: describeError(crash),
        pause_ms: Math.round(pauseMs),
      });
      await clock.sleep(pauseMs, this.#stop.signal);
    }
  }

  /** Reads until the client library gives up; resolves with its reason. */
  async #runOnce(onRunning: () => void): Promise<unknown> {
    const { topic, settings, groupId, autoOffsetReset, network, clock, log } = this.#options;
    let close: (() => Promise<void>) | null = null;
    try {
      await this.#awaitTopic();
      if (this.#stop.signal.aborted) return null;
      const client = createKafkaClient({
        settings,
        network,
        clock,
        log,
        retries: LIBRARY_RETRIES,
        onSocketError: (error) => this.#failed("connect", error),
        onFailedResponse: ({ api, error }) => {
          const operation = FAILED_OPERATIONS[api];
          if (operation && !REJOIN_TEXT.test(error)) this.#failed(operation, new Error(error));
        },
      });
      const consumer = client.kafka.consumer({
        groupId,
        sessionTimeout: SESSION_TIMEOUT_MS,
        rebalanceTimeout: REBALANCE_TIMEOUT_MS,
        heartbeatInterval: HEARTBEAT_INTERVAL_MS,
        maxWaitTimeInMs: FETCH_MAX_WAIT_MS,
        allowAutoTopicCreation: false,
        retry: { retries: LIBRARY_RETRIES, maxRetryTime: 1_000, restartOnFailure: async () => false },
      });
      const running = { consumer, client };
      this.#running = running;
      close = () => this.#close(running);
      // The library may still be trying when it is told to stop; what it tried is then of no interest.
      const ended = Promise.race([this.#watch(consumer), aborted(this.#leave.signal)]);
      const begin = async () => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: autoOffsetReset === "earliest" });
        this.#options.onStarted("kafka_subscribe", 0);
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: (payload) => this.#eachBatch(payload),
        });
        onRunning();
        return await ended;
      };
      return await Promise.race([begin(), ended]);
    } catch (error) {
      return error;
    } finally {
      await close?.();
      this.#liveness.lost();
      this.#tracker.revokeAll();
    }
  }

  /** Waits until Kafka answers and knows the topic; a consumer never creates it. */
  async #awaitTopic(): Promise<void> {
    const { admin, topic, clock, random, log, onStarted } = this.#options;
    for (let retries = 0; !this.#stop.signal.aborted; retries++) {
      try {
        if ((await admin.partitionCount(topic)) > 0) return onStarted("kafka_consumer_create", retries);
        throw new DashstreamError("kafka_topic_missing", `topic ${topic} has no partitions`);
      } catch (error) {
        if (isTopicMissing(error)) log.warn("kafka topic does not exist yet; waiting for it", { topic });
        else {
          this.#failed("connect", error);
          log.warn("kafka cannot be reached; trying again", { error: describeError(error) });
        }
        await clock.sleep(backoffMs(retries + 1, random), this.#stop.signal);
      }
    }
  }

  /** Follows what the library tells of itself; resolves when it crashes. */
  #watch(consumer: Consumer): Promise<unknown> {
    const { events } = consumer;
    consumer.on(events.FETCH, () => this.#liveness.proven());
    consumer.on(events.HEARTBEAT, () => this.#liveness.proven());
    consumer.on(events.REBALANCING, () => void this.#commits.commit());
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => {
      const error = new DashstreamError("kafka_unreachable", `${payload.apiName}: no answer`);
      this.#failed(FAILED_OPERATIONS[payload.apiName] ?? "connect", error);
    });
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.#liveness.proven();
      this.#tracker.joined(payload.memberAssignment[this.#options.topic] ?? [], this.#stop.signal);
    });
    return new Promise((resolve) => {
      consumer.on(events.CRASH, ({ payload }) => resolve(payload.error));
      consumer.on(events.STOP, () => resolve(null));
    });
  }

  async #eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const { handler, clock, random, log } = this.#options;
    const state = await this.#tracker.ready(partition, heartbeat, this.#stop.signal);
    if (!state || this.#stop.signal.aborted || state.holds.has("paused")) return;
    const cancelled = () =>
      this.#stop.signal.aborted || state.revoked || state.holds.has("paused") || !isRunning() || isStale();
    state.logEndOffset = Math.max(state.logEndOffset, Number(batch.highWatermark));
    const progress = (nextOffset: number) => {
      if (nextOffset <= state.position || state.revoked) return;
      state.position = nextOffset;
      state.handledAtMs = clock.nowMs();
      resolveOffset(String(nextOffset - 1));
    };
    state.active.begin();
    try {
      await handler.handleBatch({
        partition,
        records: batch.messages,
        highWatermark: Number(batch.highWatermark),
        progress,
        heartbeat,
        cancelled,
      });
      // What follows the last record a consumer may see, control records for example, needs no handling.
      if (!cancelled() && state.position > Number(batch.messages.at(-1)?.offset ?? -1)) {
        progress(Number(batch.lastOffset()) + 1);
        resolveOffset(batch.lastOffset());
      }
      state.failures = 0;
    } catch (error) {
      state.failures++;
      const fields = { partition, offset: state.position, error: describeError(error) };
      log.error("handling a batch failed; it will be read again", fields);
      await clock.sleep(backoffMs(state.failures, random), this.#stop.signal);
    } finally {
      state.active.end();
    }
  }

  #committer() {
    const consumer = this.#running?.consumer;
    const { topic } = this.#options;
    if (!consumer) return null;
    return (offsets: readonly { readonly partition: number; readonly offset: string }[]) =>
      consumer.commitOffsets(offsets.map((entry) => ({ topic, ...entry })));
  }

  async #close(running: { readonly consumer: Consumer; readonly client: KafkaClient }): Promise<void> {
    if (this.#running !== running) return;
    this.#running = null;
    const leaving = running.consumer.disconnect();
    // Only a working membership is worth leaving properly; another one would wait for answers that do not come.
    await endsWithin(this.#options.clock, this.#liveness.alive ? STOP_TIMEOUT_MS : 0, leaving);
    running.client.destroy();
  }

  #failed(operation: KafkaOperation, error: unknown): void {
    if (this.#stop.signal.aborted || error === null) return;
    this.#liveness.failed();
    this.#options.onInfrastructureError(classifyInfrastructureError(error), operation, error);
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}
