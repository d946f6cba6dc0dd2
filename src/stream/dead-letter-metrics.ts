// Under which names the fate of dead letters is counted. The handler reports what happens; who uses it decides what
// the series are called.

import type { Metrics } from "../telemetry/metrics.ts";
import type { DeadLetterFailure, DeadLetterType } from "./dead-letter.ts";

/** Hears what becomes of dead letters. Must not throw. */
export interface DeadLetterMetrics {
  /** Kafka acknowledged a letter. */
  sent(errorType: DeadLetterType): void;
  /** One attempt failed; `retrying` in a mode that tries more than once, also for its last attempt. */
  attemptFailed(reason: DeadLetterFailure, retrying: boolean): void;
  /** A letter is given up after its last attempt. */
  lost(): void;
  /** A letter was not even tried, because no slot was free. */
  dropped(): void;
  inFlight(count: number): void;
}

/** The series `dashstream_dlq_*` of programs that use the library. */
export function libraryDeadLetterMetrics(metrics: Metrics): DeadLetterMetrics {
  const sends = metrics.counter("dashstream_dlq_sends_total");
  const failures = metrics.counter("dashstream_dlq_send_failures_total");
  const retries = metrics.counter("dashstream_dlq_send_retries_total");
  const dropped = metrics.counter("dashstream_dlq_dropped_total");
  const inFlight = metrics.gauge("dashstream_dlq_in_flight");
  return {
    sent: () => sends.inc(),
    attemptFailed: (_, retrying) => {
      if (retrying) retries.inc();
    },
    lost: () => failures.inc(),
    dropped: () => dropped.inc(),
    inFlight: (count) => inFlight.set(count),
  };
}
