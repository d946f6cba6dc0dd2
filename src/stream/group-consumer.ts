// Reads a topic as a member of a consumer group and keeps doing so: what fails is counted and tried again, a client
// library that gives up is replaced, and an offset is committed only after its record was handled.

import { DashstreamError, describeError } from "../errors.ts";
import { aborted } from "../runtime/abort.ts";
import { AssignmentTracker } from "./assignment-tracker.ts";
import { backoffMs } from "./backoff.ts";
import type { BatchHandler } from "./batch.ts";
import { BatchDelivery } from "./batch-delivery.ts";
import { endsWithin } from "./deadline.ts";
import { GroupMembership } from "./group-membership.ts";
import {
  classifyInfrastructureError,
  isTopicMissing,
  type KafkaOperation,
  type OnInfrastructureError,
} from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import { checkKafkaSettings, type KafkaSettings } from "./kafka-settings.ts";
import { Liveness } from "./liveness.ts";
import { OffsetCommits } from "./offset-commits.ts";
import type { HoldReason, OffsetReset, PartitionState } from "./partition-state.ts";
import type { Seams } from "./seams.ts";

export interface GroupConsumerOptions extends Seams {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly groupId: string;
  /** A group that has nothing committed begins where this one stands. Default: by `autoOffsetReset`. */
  readonly fallbackGroupId?: string | undefined;
  readonly autoOffsetReset: OffsetReset;
  /** How long Kafka holds a fetch back while there is no record, at most 1,500 ms; default 250. */
  readonly fetchMaxWaitMs?: number | undefined;
  /** Reads this partition only; default: the share that the group gives it. */
  readonly partition?: number | undefined;
  readonly handler: BatchHandler;
  readonly admin: KafkaAdmin;
  readonly onInfrastructureError: OnInfrastructureError;
  /** For handlers that let a partition go on before all is settled: nothing is committed beyond this offset. */
  readonly settledBelow?: (partition: number) => number;
  /** Retries that one start-up step took, once it succeeded. */
  readonly onStarted?: (operation: StartOperation, retries: number) => void;
}

const COMMIT_INTERVAL_MS = 5_000;
const STOP_TIMEOUT_MS = 5_000;
/** Without a working membership there is little hope for a last commit. */
const STOP_TIMEOUT_DOWN_MS = 500;

type StartOperation = "kafka_consumer_create" | "kafka_subscribe";

export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #tracker: AssignmentTracker;
  readonly #delivery: BatchDelivery;
  readonly #commits: OffsetCommits;
  readonly #liveness: Liveness;
  /** Aborted first: nothing more is fetched or started. */
  readonly #stop = new AbortController();
  #waitingFor = "membership of the consumer group";
  /** Aborted last, when all is committed: the membership ends. */
  readonly #leave = new AbortController();
  readonly #started = new Set<StartOperation>();
  #membership: GroupMembership | null = null;
  #supervisor: Promise<void> | null = null;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: GroupConsumerOptions) {
    const { handler, clock, random, log, onInfrastructureError } = options;
    checkKafkaSettings(options.settings);
    this.#options = options;
    this.#liveness = new Liveness(clock);
    this.#tracker = new AssignmentTracker({
      ...options,
      seek: (partition, offset) => this.#membership?.seek(partition, offset),
      resume: (partition) => this.#membership?.resume(partition),
      // At once, because from then on "nothing committed" means that the topic was made anew.
      onAssigned: () => void this.#commits.commit(),
    });
    this.#delivery = new BatchDelivery({
      handler,
      tracker: this.#tracker,
      clock,
      random,
      log,
      signal: this.#stop.signal,
      pause: (partition) => this.#membership?.pause(partition),
      resume: (partition) => this.#membership?.resume(partition),
    });
    this.#commits = new OffsetCommits({
      ...options,
      intervalMs: COMMIT_INTERVAL_MS,
      partitions: () => this.#tracker.partitions.values(),
      send: () => {
        const membership = this.#membership;
        return membership && ((offsets) => membership.commit(offsets));
      },
      onInfrastructureError,
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

  /** What a process that is not joined waits for, for people. */
  get waitingFor(): string {
    return this.#waitingFor;
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
    const timeoutMs = this.#liveness.alive ? STOP_TIMEOUT_MS : STOP_TIMEOUT_DOWN_MS;
    await endsWithin(this.#options.clock, timeoutMs, this.#commits.commit());
    this.#leave.abort();
    await this.#supervisor;
  }

  /** Fetches nothing more of a partition until it is released for this reason; the membership goes on. */
  hold(partition: number, reason: HoldReason): void {
    const state = this.#tracker.partitions.get(partition);
    if (!state) return;
    state.holds.add(reason);
    this.#membership?.pause(partition);
  }

  /** Everything below `offset` is done now: a partition that was held for this reason alone goes on there. */
  release(partition: number, reason: HoldReason, offset: number): void {
    const state = this.#tracker.partitions.get(partition);
    if (!state?.holds.delete(reason)) return;
    state.position = Math.max(state.position, offset);
    this.#membership?.seek(partition, state.position);
    if (state.holds.size === 0) this.#membership?.resume(partition);
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
    try {
      await this.#awaitTopic();
      if (this.#stop.signal.aborted) return null;
      const membership = this.#createMembership();
      this.#membership = membership;
      // The library may still be trying when it is told to stop; what it tried is then of no interest.
      const ended = Promise.race([membership.ended, aborted(this.#leave.signal).then(() => null)]);
      const begin = async () => {
        await membership.start();
        this.#onStarted("kafka_subscribe", 0);
        onRunning();
        return await ended;
      };
      return await Promise.race([begin(), ended]);
    } catch (error) {
      return error;
    } finally {
      const membership = this.#membership;
      this.#membership = null;
      await membership?.close(this.#liveness.alive ? STOP_TIMEOUT_MS : 0);
      this.#liveness.lost();
      this.#tracker.revokeAll();
    }
  }

  #createMembership(): GroupMembership {
    const { autoOffsetReset } = this.#options;
    return new GroupMembership(
      { ...this.#options, fromBeginning: autoOffsetReset === "earliest" },
      {
        proven: () => this.#liveness.proven(),
        failed: (operation, error) => this.#failed(operation, error),
        rebalancing: () => void this.#commits.commit(),
        joined: (partitions) => this.#tracker.joined(partitions, this.#stop.signal),
        skipped: (partition, firstOffset, nextOffset) =>
          this.#tracker.skipped(partition, firstOffset, nextOffset, this.#stop.signal),
        batch: (payload) => this.#delivery.deliver(payload),
      },
    );
  }

  /** Waits until Kafka answers and knows the topic; a consumer never creates it. */
  async #awaitTopic(): Promise<void> {
    const { admin, topic, clock, random, log } = this.#options;
    for (let retries = 0; !this.#stop.signal.aborted; retries++) {
      try {
        if ((await admin.partitionCount(topic)) > 0) {
          this.#waitingFor = "membership of the consumer group";
          return this.#onStarted("kafka_consumer_create", retries);
        }
        throw new DashstreamError("kafka_topic_missing", `topic ${topic} has no partitions`);
      } catch (error) {
        this.#waitingFor = isTopicMissing(error) ? `topic ${topic} to exist` : "Kafka to answer";
        if (isTopicMissing(error)) log.warn("kafka topic does not exist yet; waiting for it", { topic });
        else {
          this.#failed("connect", error);
          log.debug("kafka cannot be reached; trying again", { error: describeError(error) });
        }
        await clock.sleep(backoffMs(retries + 1, random), this.#stop.signal);
      }
    }
  }

  /** Only the first success of each step is that of a start. */
  #onStarted(operation: StartOperation, retries: number): void {
    if (this.#started.has(operation)) return;
    this.#started.add(operation);
    this.#options.onStarted?.(operation, retries);
  }

  #failed(operation: KafkaOperation, error: unknown): void {
    if (this.#stop.signal.aborted || error === null) return;
    this.#liveness.failed();
    this.#options.onInfrastructureError(classifyInfrastructureError(error), operation, error);
  }
}
