// The exporter: quality reports of a topic as Prometheus series. It keeps no dead letters and checks no sequence
// numbers; whatever a record is, the next one follows.

import type { BuildInfo } from "../runtime/build-info.ts";
import type { Timer } from "../runtime/clock.ts";
import { readingSettings } from "../server/kafka-config.ts";
import { buildLabels, exposeService } from "../server/process-metrics.ts";
import { Consumer } from "../stream/consumer.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/registry.ts";
import { createTracing, type Tracing, tracingIsOn } from "../telemetry/tracing/tracing.ts";
import { ConsumingService, type ServiceOptions } from "./consuming-service.ts";
import { exporterBuckets } from "./exporter-buckets.ts";
import { refreshLagRegularly, totalLag } from "./lag-refresh.ts";
import { ReportIntake } from "./report-intake.ts";
import { timedExposition } from "./scrape-timing.ts";
import { SessionTurns } from "./session-turns.ts";

/** Time that the last spans have when it stops. */
const TRACING_FLUSH_MS = 3_000;

export class Exporter {
  readonly #options: ServiceOptions;
  readonly #errors: FloodGuard;
  readonly #sessions: SessionTurns;
  readonly #intake: ReportIntake;
  readonly #consumer: Consumer;
  readonly #service: ConsumingService;
  #lagTimer: Timer | null = null;
  readonly metrics: Metrics;
  readonly #tracing: Tracing | null;

  constructor(options: ServiceOptions) {
    const { config, clock, log, build } = options;
    this.#options = options;
    this.#errors = floodGuard(log, clock);
    this.metrics = createMetrics({
      catalogue: CATALOGUE,
      component: "exporter",
      with: { tracing: tracingIsOn(config) },
      buckets: exporterBuckets(config),
    });
    this.#tracing = createTracing({ ...options, metrics: this.metrics });
    const turns = this.metrics.histogram("dashstream_turns_by_session");
    this.#sessions = new SessionTurns({
      clock,
      timeoutMs: config.prometheusSessionTimeoutSecs * 1000,
      maxSessions: config.prometheusMaxSessions,
      ended: (count) => turns.observe(count),
    });
    const { metrics } = this;
    this.#intake = new ReportIntake({ metrics, clock, errors: this.#errors, sessions: this.#sessions });
    this.#consumer = this.#createConsumer();
    this.#service = new ConsumingService(options, {
      name: "exporter",
      hostname: config.metricsBindIp,
      port: config.metricsPort,
      metrics: timedExposition(metrics, clock),
      consumer: this.#consumer,
      finish: () => this.#finish(),
    });
    exposeService(metrics, build, () => this.#consumer.joined);
    exposeExporter(metrics, build, clock.nowMs());
    metrics.gaugeFn("dashstream_exporter_kafka_consumer_lag", {}, () => totalLag(this.#consumer));
  }

  get address(): ConsumingService["address"] {
    return this.#service.address;
  }

  /** @throws DashstreamError `port_in_use` or `listen_failed` */
  async start(): Promise<void> {
    const { config, clock } = this.#options;
    await this.#service.start();
    this.#lagTimer = refreshLagRegularly({
      consumer: this.#consumer,
      clock,
      intervalMs: config.kafkaLagCheckIntervalSecs * 1000,
      onFailure: () => this.#intake.infrastructureError("poll_lag"),
    });
  }

  /** Sessions that are still going on count as over, and can be scraped until the port closes. */
  async stop(): Promise<void> {
    this.#lagTimer?.cancel();
    await this.#service.stop();
  }

  async #finish(): Promise<void> {
    this.#sessions.flush();
    this.#errors.flush();
    await this.#tracing?.close(TRACING_FLUSH_MS);
  }

  #createConsumer(): Consumer {
    const { config } = this.#options;
    return new Consumer({
      ...this.#options,
      ...readingSettings(config),
      framing: "compatible",
      schemaPolicy: config.schemaCompatibility,
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      gapPolicy: "off",
      metrics: this.metrics,
      tracer: this.#tracing?.tracer ?? null,
      // Other kinds are never decoded.
      onMessage: (received) =>
        received.kind === "metrics" ? this.#intake.message(received) : this.#intake.otherMessage(),
      onBadRecord: (record) => this.#intake.badRecord(record),
      onInfrastructureError: (_, operation) => this.#intake.infrastructureError(operation),
    });
  }
}

/** `rust_version` is a label that dashboards know; it tells the runtime. */
function exposeExporter(metrics: Metrics, build: BuildInfo, startedAtMs: number): void {
  metrics.gauge("dashflow_build_info", { ...buildLabels(build), rust_version: build.runtime }).set(1);
  metrics.gauge("dashstream_exporter_process_start_time_seconds").set(startedAtMs / 1000);
}
