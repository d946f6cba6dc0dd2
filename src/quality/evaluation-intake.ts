// What the quality monitor does with each message: evaluations are counted, alerts of applications are logged.

import type { ReceivedMessage } from "../stream/received-message.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { DashStreamMessage, Event } from "../wire/model.ts";
import { type EvaluationStats, Evaluations, isLowQuality, type Scores, scoresOf } from "./evaluations.ts";
import { lowQualityAlerts } from "./low-quality-alert.ts";
import { readReport } from "./quality-report.ts";

/** Where a message came from, for log lines. */
type Place = Pick<ReceivedMessage, "partition" | "offset">;

export class EvaluationIntake {
  readonly #metrics: Metrics;
  readonly #flood: FloodGuard;
  readonly #evaluations = new Evaluations();

  constructor(metrics: Metrics, flood: FloodGuard) {
    this.#metrics = metrics;
    this.#flood = flood;
  }

  take(message: DashStreamMessage, place: Place): void {
    for (const alert of lowQualityAlerts(message)) this.#alert(alert, place);
    const reading = readReport(message);
    if (reading.kind !== "report") return;
    const scores = scoresOf(reading.report);
    if (scores === null) this.#metrics.counter("dashstream_quality_monitor_incomplete_reports_total").inc();
    else this.#evaluate(scores);
  }

  stats(): EvaluationStats {
    return this.#evaluations.stats();
  }

  #evaluate(scores: Scores): void {
    const metrics = this.#metrics;
    this.#evaluations.add(scores);
    metrics.counter("dashstream_quality_monitor_evaluations_total").inc();
    if (isLowQuality(scores))
      metrics.counter("dashstream_quality_monitor_low_quality_evaluations_total").inc();
    for (const [score, value] of Object.entries(scores)) {
      metrics.histogram("dashstream_quality_monitor_evaluation_score", { score }).observe(value);
    }
  }

  #alert({ header, nodeId }: Event, { partition, offset }: Place): void {
    this.#metrics.counter("dashstream_quality_monitor_low_quality_alerts_total").inc();
    this.#flood.warn("LOW_QUALITY", "LOW_QUALITY alert of an application", {
      thread_id: header?.threadId ?? null,
      tenant_id: header?.tenantId ?? null,
      node_id: nodeId,
      partition,
      offset,
    });
  }
}
