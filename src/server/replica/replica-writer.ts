// Under KAFKA_GROUP_MODE=per-replica every server is also a member of the group of all, and writes for the partitions
// that it has there. That group is the lease: each record has one writer, and since only what is settled is committed,
// whoever takes a partition over repeats at most what was under way.

import type { Config } from "../../config/options.ts";
import type { Timer } from "../../runtime/clock.ts";
import { failOpenSettling } from "../../stream/dead-letter-sink.ts";
import { endsWithin } from "../../stream/deadline.ts";
import { GroupConsumer } from "../../stream/group-consumer.ts";
import type { OnInfrastructureError } from "../../stream/infrastructure-errors.ts";
import type { KafkaAdmin } from "../../stream/kafka-admin.ts";
import type { HoldReason } from "../../stream/partition-state.ts";
import { RecordTraces } from "../../stream/record-traces.ts";
import type { Seams } from "../../stream/seams.ts";
import { type SequenceGap, SequenceValidator } from "../../stream/sequence.ts";
import { expireRegularly } from "../../stream/sequence-expiry.ts";
import { reportSequence } from "../../stream/sequence-report.ts";
import { SettledOffsets } from "../../stream/settled-offsets.ts";
import { CATALOGUE } from "../../telemetry/catalogue.ts";
import { silentLog } from "../../telemetry/log.ts";
import { createMetrics } from "../../telemetry/registry.ts";
import type { Tracer } from "../../telemetry/tracing/tracer.ts";
import { Inspector } from "../../wire/inspector.ts";
import type { DeadLetters } from "../dead-letters.ts";
import { deliveringSettings, readingSettings } from "../kafka-config.ts";
import type { ReplaySink } from "../replay/redis-replay.ts";
import { SoleMember } from "./sole-member.ts";
import { WritingPipeline } from "./writing-pipeline.ts";

export interface ReplicaWriterOptions extends Seams {
  readonly config: Config;
  readonly admin: KafkaAdmin;
  readonly deadLetters: DeadLetters;
  /** Threads that the delivering pipeline halted. */
  readonly haltedThreads: () => readonly SequenceGap[];
  readonly onInfrastructureError: OnInfrastructureError;
  /** `null` = nothing is traced. */
  readonly tracer: Tracer | null;
  /** Keeps what clients may have; `null`: the memory of each server alone does. */
  readonly replay: ReplaySink | null;
}

/** The `writer` object of `/health`. */
export interface ReplicaWriterHealth {
  /** Whether it is a working member of the group of all. */
  readonly joined: boolean;
  /** The partitions for which this server writes, in rising order. */
  readonly partitions: readonly number[];
}

export class ReplicaWriter {
  readonly #options: ReplicaWriterOptions;
  readonly #settled = new SettledOffsets();
  readonly #sequence: SequenceValidator;
  readonly #consumer: GroupConsumer;
  readonly #ownGroup: SoleMember;
  #expiry: Timer | null = null;

  constructor(options: ReplicaWriterOptions) {
    const { config, log, clock, tracer } = options;
    this.#options = options;
    const inspector = new Inspector({
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      schemaPolicy: config.schemaCompatibility,
    });
    this.#ownGroup = new SoleMember({ ...options, groupId: deliveringSettings(config).groupId });
    const unseen = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
    this.#sequence = new SequenceValidator({
      policy: config.sequenceGapPolicy,
      reorderWindow: config.sequenceReorderWindow,
      events: reportSequence(unseen, silentLog, config.sequenceGapPolicy),
    });
    const { deadLetters } = options;
    const open = deadLetters.handler.mode === "fail_open";
    this.#consumer = new GroupConsumer({
      ...options,
      ...readingSettings(config),
      log: log.child({ consumer: "writer" }),
      handler: new WritingPipeline({
        ...options,
        inspector,
        sequence: this.#sequence,
        deadLetters: open ? failOpenSettling(deadLetters.handler) : deadLetters.sink,
        barrier: open ? null : deadLetters.barrier,
        settled: this.#settled,
        unseen,
        traces:
          tracer === null
            ? null
            : new RecordTraces({
                clock,
                tracer,
                inspector,
                source: readingSettings(config),
                lettersOnly: true,
              }),
      }),
      settledBelow: (partition) => this.#settled.below(partition),
    });
  }

  /** Begins to read and keeps at it until `stop`. Returns at once. */
  start(): void {
    this.#expiry = expireRegularly(this.#sequence, this.#options.clock);
    this.#consumer.start();
    this.#ownGroup.start();
  }

  /** Handles nothing more, settles what is under way in at most `flushMs`, commits, and leaves its partitions to others. */
  async stop(flushMs: number): Promise<void> {
    const { deadLetters, clock } = this.#options;
    this.#expiry?.cancel();
    this.#ownGroup.stop();
    await this.#consumer.stop(async () => {
      await Promise.all([deadLetters.flush(flushMs), endsWithin(clock, flushMs, this.#settled.settled())]);
    });
  }

  /** Why clients should go elsewhere, for people: another server has the name of this one. `null` = no reason. */
  get problem(): string | null {
    return this.#ownGroup.problem;
  }

  /** The group of this server alone was divided: looks whether it is. Never rejects. */
  lookForOthers(): Promise<void> {
    return this.#ownGroup.check();
  }

  health(): ReplicaWriterHealth {
    const partitions = [...this.#consumer.partitions.keys()].sort((a, b) => a - b);
    return { joined: this.#consumer.joined, partitions };
  }

  /** Fetches nothing more of a partition until it is released for this reason. */
  hold(partition: number, reason: HoldReason): void {
    this.#consumer.hold(partition, reason);
  }

  release(partition: number, reason: HoldReason, offset: number): void {
    this.#consumer.release(partition, reason, offset);
  }

  /** Forgets a thread, so that its next records are no dead letters; false if it is not tracked. */
  resetThread(threadId: string): boolean {
    return this.#sequence.resetThread(threadId);
  }

  resetHaltedThreads(): void {
    this.#sequence.resetHalted();
  }
}
