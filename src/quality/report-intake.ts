// What the exporter does with each record, and how it counts those that it cannot use: by what really went wrong.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { KafkaOperation } from "../stream/infrastructure-errors.ts";
import type { BadRecord } from "../stream/message-delivery.ts";
import type { ReceivedMessage } from "../stream/received-message.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { type QualityReport, readReport } from "./quality-report.ts";
import { type ReportSink, reportSeries } from "./report-series.ts";
import type { SessionTurns } from "./session-turns.ts";

export interface ReportIntakeOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly errors: FloodGuard;
  readonly sessions: Pick<SessionTurns, "report">;
}

type Place = Pick<ReceivedMessage, "partition" | "offset">;

export class ReportIntake {
  readonly #options: ReportIntakeOptions;
  readonly #series: ReportSink;
  readonly #received: Counter;

  constructor(options: ReportIntakeOptions) {
    const { metrics, clock } = options;
    this.#options = options;
    this.#series = reportSeries(metrics, clock);
    this.#received = metrics.counter("dashstream_exporter_messages_received_total");
  }

  /** Takes a message of any kind; only quality reports count. Never throws, so that offsets always advance. */
  message({ message, partition, offset }: Pick<ReceivedMessage, "message" | keyof Place>): void {
    this.#received.inc();
    const place = { partition, offset };
    try {
      const reading = readReport(message);
      if (reading.kind === "report") this.#report(reading.report, place);
      if (reading.kind !== "wrong_scope") return;
      this.#options.metrics.counter("dashstream_exporter_messages_wrong_scope_total").inc();
    } catch (error) {
      this.#failed("unknown");
      this.#log("unknown", "a message could not be processed", place, describeError(error));
    }
  }

  /** A message of a kind that carries no report. */
  otherMessage(): void {
    this.#received.inc();
  }

  /** A record that gave no message; its log line is written already. */
  badRecord({ errorType }: BadRecord): void {
    this.#received.inc();
    if (errorType === "payload_missing") {
      this.#options.metrics.counter("dashstream_exporter_kafka_payload_missing_total").inc();
    } else this.#failed("decode");
  }

  /** A failed attempt to talk to Kafka; its log line is written already. */
  infrastructureError(operation: KafkaOperation): void {
    const series =
      operation === "commit"
        ? "dashstream_exporter_offset_store_errors_total"
        : "dashstream_exporter_kafka_consumer_errors_total";
    this.#options.metrics.counter(series).inc();
  }

  #report(report: QualityReport, place: Place): void {
    const { metrics, clock, sessions } = this.#options;
    if (!report.hasHeader) metrics.counter("dashstream_exporter_messages_missing_header_total").inc();
    if (report.unusable.length > 0) {
      this.#failed("process");
      const names = report.unusable.join(", ");
      this.#log("process", "a quality report has values of a wrong type, or not finite", place, names);
    }
    this.#series(report);
    sessions.report(report.sessionId, report.turnNumber);
    metrics.gauge("dashstream_exporter_last_event_timestamp_seconds").set(clock.nowMs() / 1000);
  }

  #failed(errorType: "decode" | "process" | "unknown"): void {
    const labels = { error_type: errorType };
    this.#options.metrics.counter("dashstream_exporter_messages_failed_total", labels).inc();
  }

  #log(errorType: string, text: string, { partition, offset }: Place, error: string): void {
    const fields = { error, error_type: errorType, kafka_partition: partition, kafka_offset: offset };
    this.#options.errors.error(errorType, text, fields);
  }
}
