// The appliance: Kafka in, WebSocket out, and what is needed to watch it. Put together here, from configuration and
// the seams for time, randomness, network and serving.

import type { ReadFile } from "../config/kind.ts";
import type { Config } from "../config/options.ts";
import { DashstreamError } from "../errors.ts";
import type { BuildInfo } from "../runtime/build-info.ts";
import type { Timer } from "../runtime/clock.ts";
import type { HttpServer, ServeHttp } from "../runtime/http.ts";
import { GroupConsumer } from "../stream/group-consumer.ts";
import type { OnInfrastructureError } from "../stream/infrastructure-errors.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../stream/kafka-admin.ts";
import { LagMonitor } from "../stream/lag.ts";
import type { Seams } from "../stream/seams.ts";
import { SequenceValidator } from "../stream/sequence.ts";
import { expireRegularly } from "../stream/sequence-expiry.ts";
import { reportSequence } from "../stream/sequence-report.ts";
import { SessionHead } from "../stream/session-head.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/registry.ts";
import { tracingIsOn } from "../telemetry/tracing/tracing.ts";
import { Inspector } from "../wire/inspector.ts";
import { adminActions } from "./admin-actions.ts";
import { createDeadLetters, type DeadLetters } from "./dead-letters.ts";
import { HealthTracker } from "./health.ts";
import { openHttpSide } from "./http-side.ts";
import { reportInfrastructure } from "./infrastructure-report.ts";
import { deliveringSettings, kafkaSettings } from "./kafka-config.ts";
import { PausedPartitions } from "./paused-partitions.ts";
import { Pipeline } from "./pipeline.ts";
import { exposeProcess } from "./process-metrics.ts";
import { recordMetrics } from "./record-metrics.ts";
import { readOnlyReplay, replayUsesRedis } from "./replay/redis-replay.ts";
import { createReplaySource, type ReplaySource } from "./replay/replay-source.ts";
import { lettersElsewhere } from "./replica/letters-elsewhere.ts";
import { ReplicaWriter } from "./replica/replica-writer.ts";
import { Ring } from "./ring.ts";
import type { RunbookSource } from "./runbook-routes.ts";
import { createServerTracing, type ServerTracing } from "./server-tracing.ts";
import { Hub } from "./sessions/hub.ts";
import { recordDescriber } from "./sessions/record-details.ts";
import { sessionLimits } from "./sessions/session-limits.ts";
import { type SessionMetrics, sessionMetrics } from "./sessions/session-metrics.ts";
import { logStart } from "./start-line.ts";
import { createTenantLimits, limitsUseRedis, type TenantLimits } from "./tenant-limits.ts";

export interface ApplianceOptions extends Seams {
  readonly config: Config;
  readonly serve: ServeHttp;
  readonly build: BuildInfo;
  /** The pages that the links of the alerts point to; default: none. */
  readonly runbook?: RunbookSource;
}

/** Time that the last dead letters have when the server stops. */
const DEAD_LETTER_FLUSH_MS = 5_000;
/** Time that the last writes to Redis have when the server stops. */
const REPLAY_DRAIN_MS = 5_000;
/** Time that clients have to answer the closing handshake. */
const CLIENT_DRAIN_MS = 5_000;
/** A client that wants to resume says so at once; others get live records after this time. */
const RESUME_GRACE_MS = 1_000;
/** Records before the ring that a resume by thread searches in each partition, if no index knows the thread. */
const THREAD_SCAN_RECORDS = 100_000;

export class Appliance {
  readonly #options: ApplianceOptions;
  readonly #errors: FloodGuard;
  readonly #admin: KafkaAdmin;
  readonly #ring: Ring;
  readonly #health: HealthTracker;
  readonly #onInfrastructureError: OnInfrastructureError;
  readonly #sessionMetrics: SessionMetrics;
  readonly #inspector: Inspector;
  /** `null` without a collector of traces. */
  readonly #tracing: ServerTracing | null;
  readonly #sequence: SequenceValidator;
  readonly #deadLetters: DeadLetters;
  readonly #limits: TenantLimits | null;
  readonly #paused: PausedPartitions;
  readonly #consumer: GroupConsumer;
  /** Who dead-letters what every replica reads; `null` where the delivering pipeline does that by itself. */
  readonly #writer: ReplicaWriter | null;
  readonly #lag: LagMonitor;
  #http: HttpServer | null = null;
  #expiry: Timer | null = null;
  #draining = false;
  readonly metrics: Metrics;
  readonly hub: Hub;
  readonly pipeline: Pipeline;
  /** The tiers behind the ring. */
  readonly replay: ReplaySource;

  constructor(options: ApplianceOptions) {
    const { config, clock, log } = options;
    const perReplica = config.kafkaGroupMode === "per-replica";
    this.#options = options;
    this.#errors = floodGuard(log, clock);
    this.metrics = createMetrics({
      catalogue: CATALOGUE,
      component: "websocket-server",
      with: {
        rate_limit_redis: limitsUseRedis(config),
        redis: replayUsesRedis(config),
        replica_writer: perReplica,
        tracing: tracingIsOn(config),
      },
    });
    this.#inspector = new Inspector({
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      schemaPolicy: config.schemaCompatibility,
    });
    this.#tracing = createServerTracing({ ...options, metrics: this.metrics, inspector: this.#inspector });
    this.#health = new HealthTracker(clock);
    this.#onInfrastructureError = reportInfrastructure(this.metrics, this.#health, this.#errors);
    this.#admin = createKafkaAdmin({ ...options, settings: kafkaSettings(config) });
    this.#ring = new Ring({
      maxRecords: config.replayBufferMemorySize,
      maxBytes: config.replayBufferMemoryBytes,
    });
    this.replay = createReplaySource({ ...options, metrics: this.metrics });
    this.#sessionMetrics = sessionMetrics(this.metrics);
    this.hub = this.#createHub();
    const events = reportSequence(this.metrics, log, config.sequenceGapPolicy);
    this.#sequence = new SequenceValidator({
      policy: config.sequenceGapPolicy,
      reorderWindow: config.sequenceReorderWindow,
      events: this.#tracing?.records.withGaps(events) ?? events,
    });
    this.#deadLetters = createDeadLetters({
      ...options,
      admin: this.#admin,
      metrics: this.metrics,
      tracer: this.#tracing?.tracer ?? null,
      hold: (partition) => (this.#writer ?? this.#consumer).hold(partition, "dead_letters"),
      release: (partition, offset) =>
        (this.#writer ?? this.#consumer).release(partition, "dead_letters", offset),
    });
    this.#writer = perReplica ? this.#createWriter() : null;
    this.#limits = createTenantLimits({ ...options, metrics: this.metrics, errors: this.#errors });
    this.#paused = new PausedPartitions(log);
    this.pipeline = this.#createPipeline();
    this.#consumer = this.#createConsumer();
    this.#lag = this.#createLagMonitor();
    exposeProcess(this.metrics, {
      build: options.build,
      health: this.#health,
      hub: this.hub,
      ring: this.#ring,
      kafkaConnected: () => this.#consumer.joined,
      redisConnected: config.redisUrl === null ? null : () => this.#redisConnected(),
      pausedPartitions: () => this.pipeline.pausedPartitions,
      writerPartitions: perReplica ? () => this.#writer?.health().partitions.length ?? 0 : null,
    });
  }

  /** Where it listens. @throws DashstreamError `invariant` if it was not started */
  get address(): { readonly hostname: string; readonly port: number } {
    if (this.#http) return this.#http;
    throw new DashstreamError("invariant", "the appliance was not started");
  }

  /** True once it is a member of the consumer group and serves. */
  get ready(): boolean {
    return this.#consumer.joined && !this.#draining;
  }

  /**
   * Opens the port and begins to read; Kafka may come later, clients may come at once.
   * @throws DashstreamError `port_in_use`, `listen_failed` or `storage_failed`
   */
  async start(): Promise<void> {
    const { config, clock } = this.#options;
    this.#http = await openHttpSide({
      ...this.#options,
      metrics: this.metrics,
      sessionMetrics: this.#sessionMetrics,
      health: this.#health,
      hub: this.hub,
      ring: this.#ring,
      deadLetters: this.#deadLetters,
      limits: this.#limits,
      redis: this.replay.redis,
      pausedPartitions: () => this.#paused.list(),
      admin: adminActions({
        sequence: this.#sequence,
        writer: this.#writer,
        paused: this.#paused,
        deadLetters: this.#deadLetters,
        limits: this.#limits,
        resumePaused: (partition) => this.#resumePaused(partition),
      }),
      kafkaDownSeconds: () => this.#consumer.downSeconds(),
      notReadyReasons: () => [
        ...(this.#consumer.joined ? [] : [`waiting for ${this.#consumer.waitingFor}`]),
        // Delivery does not wait for letters that a writer of its own writes.
        ...(this.#writer === null ? this.#deadLetters.notReadyReasons() : []),
        ...[this.#writer?.problem ?? []].flat(),
      ],
      writer: () => this.#writer?.health() ?? null,
      draining: () => this.#draining,
    });
    const { groupId: group } = deliveringSettings(config);
    logStart("dashstream", this.#options, this.#http, { dlq_topic: config.kafkaDlqTopic, group });
    this.hub.start();
    this.#expiry = expireRegularly(this.#sequence, clock);
    this.#consumer.start();
    this.#writer?.start();
    this.#lag.start();
    void this.#deadLetters.handler.checkTopic();
  }

  /** Not ready, no more fetching, dead letters out, offsets committed, clients told, port closed. */
  async stop(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.#expiry?.cancel();
    await Promise.all([
      this.#consumer.stop(async () => {
        if (this.#writer === null) await this.#deadLetters.flush(DEAD_LETTER_FLUSH_MS);
      }),
      this.#writer?.stop(DEAD_LETTER_FLUSH_MS),
    ]);
    await this.#lag.stop();
    await this.#deadLetters.handler.close(0);
    this.#limits?.close();
    await this.replay.redis?.drain(REPLAY_DRAIN_MS);
    // Not before: until here `/readyz` says why it is not ready. From here on, clients that come back go elsewhere.
    this.#http?.stopAccepting();
    await this.hub.drain(CLIENT_DRAIN_MS);
    this.hub.stop();
    await this.#http?.stop();
    await this.replay.close();
    await this.#admin.close();
    await this.#tracing?.close();
    this.#errors.flush();
  }

  /** Reads the file of limits per tenant again; without one there is nothing to do. */
  reloadTenantLimits(readFile: ReadFile): void {
    this.#limits?.reload(readFile);
  }

  /** Resolves when every record below these offsets was handled and every dead letter settled. */
  async handledUpTo(endOffsets: ReadonlyMap<number, number>): Promise<void> {
    await this.pipeline.handledUpTo(endOffsets);
    await this.#deadLetters.handler.settled();
  }

  /** Whether every part that uses Redis has a connection. */
  #redisConnected(): boolean {
    const limitsConnected = !limitsUseRedis(this.#options.config) || this.#limits?.redisConnected === true;
    return limitsConnected && this.replay.redis?.connected !== false;
  }

  #resumePaused(partition: number): boolean {
    this.#paused.remove(partition);
    return this.pipeline.resumeAfterError(partition);
  }

  #oldest(partition: number): number {
    if (this.#options.config.replayKafkaEnabled) return this.pipeline.logStart(partition);
    return this.#ring.spans.get(partition)?.coveredFrom ?? 0;
  }

  #createHub(): Hub {
    const { config, clock } = this.#options;
    return new Hub({
      session: {
        ring: this.#ring,
        pages: this.replay.pages,
        describe: recordDescriber(config.websocketMaxPayloadBytes),
        threads: {
          lastSequences: (threadId) => this.#sequence.lastSequences(threadId),
          firstAfter: (threadId, sequence) => this.replay.firstAfter(threadId, sequence),
          scanRecords: THREAD_SCAN_RECORDS,
        },
        clearTiers: () => this.replay.clear(this.#ring.spans.keys()),
        partitionsKnown: () => this.pipeline.partitionsKnown,
        clock,
        tracing: this.#tracing?.resumes ?? null,
        metrics: this.#sessionMetrics,
        limits: sessionLimits(config),
        oldest: (partition) => this.#oldest(partition),
        logEnd: (partition) => this.#consumer.partitions.get(partition)?.logEndOffset ?? null,
        refreshLogEnds: () => this.#lag.poll(),
        onDropped: (count) => this.#health.dropped(count),
        onSendFailed: () => this.#health.sendFailed(),
        onSendTimeout: () => this.#health.sendTimeout(),
      },
      fanoutMaxWaitMs: config.fanoutMaxWaitMs,
      resumeGraceMs: RESUME_GRACE_MS,
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      browserBurst: config.websocketBrowserBurst,
      browserRatePerSecond: config.websocketBrowserRatePerSec,
    });
  }

  #createWriter(): ReplicaWriter {
    return new ReplicaWriter({
      ...this.#options,
      admin: this.#admin,
      tracer: this.#tracing?.tracer ?? null,
      deadLetters: this.#deadLetters,
      haltedThreads: () => this.#sequence.haltedThreads(),
      onInfrastructureError: this.#onInfrastructureError,
      replay: this.replay.redis,
    });
  }

  #createPipeline(): Pipeline {
    const { config, clock } = this.#options;
    const { sink, barrier } = this.#writer === null ? this.#deadLetters : lettersElsewhere(clock);
    return new Pipeline({
      clock,
      inspector: this.#inspector,
      traces: this.#tracing?.records ?? null,
      sequence: this.#sequence,
      sessionHead: new SessionHead(this.metrics),
      ring: this.#ring,
      hub: this.hub,
      deadLetters: sink,
      barrier,
      limits: this.#limits,
      withheld: this.replay.withheld,
      replay: this.#writer === null ? this.replay.redis : readOnlyReplay(this.replay.redis),
      health: this.#health,
      metrics: recordMetrics(this.metrics),
      errors: this.#errors,
      log: this.#options.log,
      pauseOnError: config.kafkaOnDecodeError === "pause",
      pausePartition: (partition) => {
        this.#consumer.hold(partition, "paused");
        this.#paused.add({ partition, offset: this.#ring.nextOffset(partition) });
      },
      resumePartition: (partition, offset) => this.#consumer.release(partition, "paused", offset),
    });
  }

  #createConsumer(): GroupConsumer {
    const { config } = this.#options;
    return new GroupConsumer({
      ...this.#options,
      ...deliveringSettings(config),
      handler: {
        handleBatch: (batch) => this.pipeline.handleBatch(batch),
        assigned: (assignments) => {
          this.pipeline.assigned(assignments);
          this.#lag.refresh();
          void this.#writer?.lookForOthers();
        },
        revoked: (partitions) => {
          this.pipeline.revoked(partitions);
          for (const partition of partitions) this.#paused.remove(partition);
          this.#lag.refresh();
        },
      },
      admin: this.#admin,
      onInfrastructureError: this.#onInfrastructureError,
      onStarted: (operation, retries) =>
        this.metrics.histogram("dashstream_ws_retry_count", { operation }).observe(retries),
    });
  }

  #createLagMonitor(): LagMonitor {
    const { config, clock, log } = this.#options;
    return new LagMonitor({
      topic: config.kafkaTopic,
      intervalMs: config.kafkaLagCheckIntervalSecs * 1000,
      staleAfterMs: config.kafkaLagStalePartitionSecs * 1000,
      admin: this.#admin,
      partitions: () => this.#consumer.partitions,
      metrics: this.metrics,
      clock,
      log,
      onInfrastructureError: this.#onInfrastructureError,
    });
  }
}
