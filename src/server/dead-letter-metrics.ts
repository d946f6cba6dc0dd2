// The names under which the server counts its dead letters: by what was wrong with the record, and failures by
// reason. A dropped letter is a failure for want of a slot; here it has no series of its own.

import { DEAD_LETTER_FAILURES, DLQ_MODES, type DlqMode } from "../stream/dead-letter.ts";
import type { DeadLetterMetrics } from "../stream/dead-letter-metrics.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** The series `websocket_dlq_*`. */
export function serverDeadLetterMetrics(metrics: Metrics, mode: DlqMode): DeadLetterMetrics {
  for (const name of DLQ_MODES)
    metrics.gauge("websocket_dlq_mode", { mode: name }).set(name === mode ? 1 : 0);
  const failures = new Map(
    DEAD_LETTER_FAILURES.map((reason) => [
      reason,
      metrics.counter("websocket_dlq_send_failures_total", { reason }),
    ]),
  );
  const inFlight = metrics.gauge("websocket_dlq_in_flight");
  return {
    sent: (error_type) => metrics.counter("websocket_dlq_sends_total", { error_type }).inc(),
    attemptFailed: (reason) => failures.get(reason)?.inc(),
    // Its last attempt was counted.
    lost: () => {},
    dropped: () => failures.get("backpressure")?.inc(),
    inFlight: (count) => inFlight.set(count),
  };
}
