// How long answering a scrape takes. Observed after the text is made, so each scrape shows the ones before it.

import type { Clock } from "../runtime/clock.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** `metrics` for the route, with each exposition timed. */
export function timedExposition(metrics: Metrics, clock: Clock): Pick<Metrics, "expose"> {
  const duration = metrics.histogram("dashstream_exporter_metrics_endpoint_duration_seconds");
  return {
    async expose(accept) {
      const startMs = clock.monotonicMs();
      const exposition = await metrics.expose(accept);
      duration.observe((clock.monotonicMs() - startMs) / 1000);
      return exposition;
    },
  };
}
