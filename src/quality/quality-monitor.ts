// The quality monitor: running averages of the quality that applications report, with dead letters for what
// cannot be read. It reads in a consumer group with committed offsets, so a restart does not count again; all
// figures are since its start.

import type { Timer } from "../runtime/clock.ts";
import { deadLetterSettings, readingSettings } from "../server/kafka-config.ts";
import { exposeService } from "../server/process-metrics.ts";
import { Consumer } from "../stream/consumer.ts";
import { libraryDeadLetterMetrics } from "../stream/dead-letter-metrics.ts";
import { DlqHandler } from "../stream/dlq-handler.ts";
import type { BadRecord } from "../stream/message-delivery.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/registry.ts";
import { createTracing, type Tracing, tracingIsOn } from "../telemetry/tracing/tracing.ts";
import { DECODE_FAILURES } from "../wire/failure.ts";
import { ConsumingService, type ServiceOptions } from "./consuming-service.ts";
import { EvaluationIntake } from "./evaluation-intake.ts";
import { mayAlert } from "./low-quality-alert.ts";
import { type MonitorHealth, monitorHealth } from "./monitor-health.ts";

const SUMMARY_INTERVAL_MS = 60_000;
/** Time that the last spans have when it stops. */
const TRACING_FLUSH_MS = 3_000;

export class QualityMonitor {
  readonly #options: ServiceOptions;
  readonly #startedMs: number;
  readonly #flood: FloodGuard;
  readonly #intake: EvaluationIntake;
  readonly #deadLetters: DlqHandler;
  readonly #consumer: Consumer;
  readonly #service: ConsumingService;
  readonly #received: Counter;
  #decodeErrors = 0;
  #receivedAtSummary = 0;
  #summaryTimer: Timer | null = null;
  readonly metrics: Metrics;
  readonly #tracing: Tracing | null;

  constructor(options: ServiceOptions) {
    const { config, clock, log, build } = options;
    this.#options = options;
    this.#startedMs = clock.monotonicMs();
    this.#flood = floodGuard(log, clock);
    this.metrics = createMetrics({
      catalogue: CATALOGUE,
      component: "quality-monitor",
      with: { tracing: tracingIsOn(config) },
    });
    this.#tracing = createTracing({ ...options, metrics: this.metrics });
    this.#received = this.metrics.counter("dashstream_messages_received_total");
    this.#intake = new EvaluationIntake(this.metrics, this.#flood);
    this.#deadLetters = this.#createDeadLetters();
    this.#consumer = this.#createConsumer().withDlq(this.#deadLetters);
    this.#service = new ConsumingService(options, {
      name: "quality-monitor",
      hostname: config.healthBindIp,
      port: config.healthPort,
      metrics: this.metrics,
      consumer: this.#consumer,
      health: () => this.health(),
      notReadyReasons: () => this.#notReadyReasons(),
      startFields: { dlq_topic: config.kafkaDlqTopic },
      finish: () => this.#finish(),
    });
    exposeService(this.metrics, build, () => this.#consumer.joined);
  }

  get address(): ConsumingService["address"] {
    return this.#service.address;
  }

  /** @throws DashstreamError `port_in_use` or `listen_failed` */
  async start(): Promise<void> {
    await this.#service.start();
    this.#summaryTimer = this.#options.clock.every(SUMMARY_INTERVAL_MS, () => this.#summarise());
    void this.#deadLetters.checkTopic();
  }

  async stop(): Promise<void> {
    this.#summaryTimer?.cancel();
    await this.#service.stop();
  }

  /** The body of `GET /health`. */
  health(): MonitorHealth {
    return monitorHealth({
      uptimeSeconds: (this.#options.clock.monotonicMs() - this.#startedMs) / 1000,
      kafkaConnected: this.#consumer.joined,
      messagesReceived: this.#received.value,
      decodeErrors: this.#decodeErrors,
      evaluations: this.#intake.stats(),
      deadLetters: this.#deadLetters.health(this.#consumer.waitingPartitions()),
    });
  }

  /** Shorter waits for a dead letter are no reason to send traffic elsewhere. */
  #notReadyReasons(): readonly string[] {
    const longMs = this.#options.config.dlqSendTimeoutSecs * 1000;
    return this.#deadLetters.notReadyReasons(this.#consumer.waitingPartitions(longMs));
  }

  async #finish(): Promise<void> {
    // The consumer has flushed it.
    await this.#deadLetters.close(0);
    await this.#tracing?.close(TRACING_FLUSH_MS);
    this.#summarise();
    this.#flood.flush();
  }

  #badRecord({ errorType }: BadRecord): void {
    if (DECODE_FAILURES.some((failure) => failure === errorType)) this.#decodeErrors++;
  }

  /** Says where it stands, if anything came since the last time. */
  #summarise(): void {
    const received = this.#received.value;
    if (received === this.#receivedAtSummary) return;
    this.#receivedAtSummary = received;
    const { stats, uptime_seconds } = this.health();
    this.#options.log.info("quality since the start", { uptime_seconds, ...stats });
  }

  #createDeadLetters(): DlqHandler {
    return new DlqHandler({
      ...this.#options,
      ...deadLetterSettings(this.#options.config),
      counts: libraryDeadLetterMetrics(this.metrics),
      tracer: this.#tracing?.tracer ?? null,
    });
  }

  #createConsumer(): Consumer {
    const { config } = this.#options;
    return new Consumer({
      ...this.#options,
      ...readingSettings(config),
      framing: "strict",
      schemaPolicy: config.schemaCompatibility,
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      gapPolicy: config.sequenceGapPolicy,
      reorderWindow: config.sequenceReorderWindow,
      metrics: this.metrics,
      tracer: this.#tracing?.tracer ?? null,
      // What can be neither a report nor an alert is never decoded.
      onMessage: (received) => {
        if (received.kind === "metrics" || mayAlert(received)) this.#intake.take(received.message, received);
      },
      onBadRecord: (record) => this.#badRecord(record),
    });
  }
}
