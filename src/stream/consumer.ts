// Reads messages for a program: as a member of a consumer group or of one partition, decoded, numbered threads
// checked, bad records counted and, with a dead-letter handler, kept. A message is handled at least once; its offset is
// committed only after that.

import { describeError } from "../errors.ts";
import type { Timer } from "../runtime/clock.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../wire/frame.ts";
import { Inspector } from "../wire/inspector.ts";
import type { SchemaPolicy } from "../wire/schema-policy.ts";
import type { Assignment, BatchHandler } from "./batch.ts";
import { type ConsumerCounts, consumerCounts } from "./consumer-counts.ts";
import { DeadLetterBarrier } from "./dead-letter-barrier.ts";
import { type DeadLetterSink, failClosed, failOpen } from "./dead-letter-sink.ts";
import type { DlqHandler } from "./dlq-handler.ts";
import { GroupConsumer } from "./group-consumer.ts";
import type { OnInfrastructureError } from "./infrastructure-errors.ts";
import { createKafkaAdmin, type KafkaAdmin } from "./kafka-admin.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import { refreshLogEnds } from "./lag.ts";
import { type BadRecord, MessageDelivery } from "./message-delivery.ts";
import type { OffsetReset, PartitionState } from "./partition-state.ts";
import type { ReceivedMessage } from "./received-message.ts";
import { RecordJudge } from "./record-judge.ts";
import { RecordTraces } from "./record-traces.ts";
import type { Seams } from "./seams.ts";
import { type GapPolicy, type SequenceGap, SequenceValidator } from "./sequence.ts";
import { expireRegularly } from "./sequence-expiry.ts";
import { reportSequence } from "./sequence-report.ts";

/** What is read, as whom, and what is done with it. */
export interface ConsumerOptions extends Seams {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly groupId: string;
  /** Reads this partition only; further members of the group stand by. Default: the group's share. */
  readonly partition?: number;
  /** How long Kafka holds a fetch back while there is no record, at most 1,500 ms; default 250. */
  readonly fetchMaxWaitMs?: number | undefined;
  /** Where a group without a committed offset begins; default `earliest`. */
  readonly autoOffsetReset?: OffsetReset;
  /** `strict` (default) takes framed values only, `compatible` also those of older producers. */
  readonly framing?: "strict" | "compatible";
  /** Default `exact`. */
  readonly schemaPolicy?: SchemaPolicy;
  /** Largest value without its framing byte; default 1 MiB. */
  readonly maxPayloadBytes?: number;
  /** What a missing sequence number does; `off` checks none. Default `warn`. */
  readonly gapPolicy?: GapPolicy | "off";
  /** How many later records of its thread may overtake a number before it counts as missing; default 8. */
  readonly reorderWindow?: number;
  readonly metrics: Metrics;
  /** Makes spans of batches and records; default: nothing is traced. */
  readonly tracer?: Tracer | null;
  /**
   * Handles a message. Throws or rejects: with a dead-letter handler the record becomes a `processing_error` and the
   * next one follows, without one the record is handed over again later.
   */
  readonly onMessage: (message: ReceivedMessage) => void | Promise<void>;
  readonly onBadRecord?: (record: BadRecord) => void;
  readonly onInfrastructureError?: OnInfrastructureError;
}

const DLQ_FLUSH_TIMEOUT_MS = 5_000;

/** Reads from `start` to `stop`; can be started once. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #errors: FloodGuard;
  readonly #admin: KafkaAdmin;
  readonly #sequence: SequenceValidator | null;
  readonly #delivery: MessageDelivery;
  readonly #barrier: DeadLetterBarrier;
  readonly #group: GroupConsumer;
  #dlq: { readonly handler: DlqHandler; readonly sink: DeadLetterSink } | null = null;
  #expiry: Timer | null = null;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: ConsumerOptions) {
    const { metrics, log, clock, tracer, gapPolicy = "warn" } = options;
    this.#options = options;
    this.#errors = floodGuard(log, clock);
    this.#admin = createKafkaAdmin(options);
    const inspector = new Inspector({
      maxPayloadBytes: options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES,
      schemaPolicy: options.schemaPolicy ?? "exact",
      framing: options.framing ?? "strict",
    });
    const traces = tracer ? new RecordTraces({ tracer, clock, inspector, source: options }) : null;
    this.#sequence = gapPolicy === "off" ? null : createSequence(options, gapPolicy, traces);
    this.#barrier = new DeadLetterBarrier({
      clock,
      hold: (partition) => this.#group.hold(partition, "dead_letters"),
      release: (partition, offset) => this.#group.release(partition, "dead_letters", offset),
    });
    const counts = consumerCounts(metrics);
    this.#delivery = new MessageDelivery({
      inspector,
      judge: new RecordJudge({
        clock,
        inspector,
        sequence: this.#sequence,
        ...(traces === null ? {} : { observer: traces }),
      }),
      traces,
      barrier: this.#barrier,
      deadLetters: () => this.#dlq?.sink ?? null,
      counts,
      errors: this.#errors,
      onMessage: options.onMessage,
      onBadRecord: options.onBadRecord,
    });
    this.#group = this.#createGroup(counts);
  }

  /**
   * Keeps bad records: with a handler in mode `fail_open` the stream goes on whatever becomes of a letter, with
   * `fail_closed` a partition waits until Kafka has it. The handler is flushed by `stop`, and closed by its owner.
   */
  withDlq(handler: DlqHandler): this {
    const sink = handler.mode === "fail_closed" ? failClosed(handler) : failOpen(handler, { retry: true });
    this.#dlq = { handler, sink };
    return this;
  }

  /** True while this process is a working member of the group. */
  get joined(): boolean {
    return this.#group.joined;
  }

  /** What a process that is not joined waits for, for people. */
  get waitingFor(): string {
    return this.#group.waitingFor;
  }

  /** The partitions read now, with their lag as last seen. */
  get partitions(): ReadonlyMap<number, PartitionState> {
    return this.#group.partitions;
  }

  /** Threads that are halted under policy `halt`, each with its gap. */
  haltedThreads(): readonly SequenceGap[] {
    return this.#sequence?.haltedThreads() ?? [];
  }

  /** Forgets a thread, halted or not: its next record is a new baseline. False if it is not tracked. */
  resetThread(threadId: string): boolean {
    return this.#sequence?.resetThread(threadId) ?? false;
  }

  /** Lets all halted threads go on; gives their number. */
  resetHaltedThreads(): number {
    return this.#sequence?.resetHalted() ?? 0;
  }

  /** Partitions that have stood still for at least `forMs` until Kafka has their dead letters. */
  waitingPartitions(forMs = 0): readonly number[] {
    return this.#barrier.heldPartitions(forMs);
  }

  /** Asks Kafka where the partitions end, so that their lag is right also while nothing is read. Rejects as Kafka does. */
  refreshLag(): Promise<void> {
    return refreshLogEnds(this.#admin, this.#options.topic, () => this.partitions);
  }

  /** Begins to read and keeps at it until `stop`. Returns at once. */
  start(): void {
    if (this.#sequence) this.#expiry ??= expireRegularly(this.#sequence, this.#options.clock);
    this.#group.start();
  }

  /** Finishes the message at hand, flushes dead letters, commits, and leaves the group. */
  async stop(): Promise<void> {
    this.#expiry?.cancel();
    await this.#group.stop(async () => {
      await this.#dlq?.handler.flush(DLQ_FLUSH_TIMEOUT_MS);
    });
    await this.#admin.close();
    this.#errors.flush();
  }

  #createGroup(counts: ConsumerCounts): GroupConsumer {
    const { autoOffsetReset = "earliest", onInfrastructureError } = this.#options;
    const handler: BatchHandler = {
      handleBatch: (batch) => this.#delivery.handleBatch(batch),
      assigned: (assignments) => this.#assigned(assignments),
      revoked: (partitions) => this.#revoked(partitions),
    };
    return new GroupConsumer({
      ...this.#options,
      autoOffsetReset,
      handler,
      admin: this.#admin,
      onInfrastructureError: (type, operation, error) => {
        counts.fetchFailures.inc();
        const fields = { error_type: type, operation, error: describeError(error) };
        this.#errors.warn(`kafka ${type} ${operation}`, `kafka failed: ${type}`, fields);
        onInfrastructureError?.(type, operation, error);
      },
    });
  }

  #assigned(assignments: readonly Assignment[]): void {
    for (const { partition, logEndOffset } of assignments) {
      const handledUpTo = this.#delivery.nextOffset(partition);
      if (logEndOffset >= handledUpTo) continue;
      this.#options.log.warn(
        "the log is shorter than what was handled: the topic was made anew; starting over",
        { partition, handled_up_to: handledUpTo, log_end: logEndOffset },
      );
      this.#delivery.forget(partition);
      this.#barrier.forget(partition);
    }
  }

  #revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#sequence?.dropPartition(partition);
      this.#barrier.unhold(partition);
    }
  }
}

function createSequence(
  { metrics, log, reorderWindow }: ConsumerOptions,
  policy: GapPolicy,
  traces: RecordTraces | null,
): SequenceValidator {
  const reported = reportSequence(metrics, log, policy);
  const events = traces === null ? reported : traces.withGaps(reported);
  return new SequenceValidator({ policy, events, ...(reorderWindow === undefined ? {} : { reorderWindow }) });
}
