// Every metric this project exports, in one table. `/metrics`, alert rules, dashboards and documents know no
// other names.

import { CLIENT_METRICS } from "./catalogue/clients.ts";
import { DEAD_LETTER_METRICS } from "./catalogue/dead-letter.ts";
import { EXPORTER_METRICS } from "./catalogue/exporter.ts";
import { KAFKA_METRICS } from "./catalogue/kafka.ts";
import { PROCESS_METRICS } from "./catalogue/process.ts";
import { QUALITY_MONITOR_METRICS } from "./catalogue/quality-monitor.ts";
import { RATE_LIMIT_METRICS } from "./catalogue/rate-limit.ts";
import { RECORD_METRICS } from "./catalogue/records.ts";
import { REPLAY_METRICS } from "./catalogue/replay.ts";
import { SEQUENCE_METRICS } from "./catalogue/sequence.ts";
import { STREAM_METRICS } from "./catalogue/stream.ts";
import { TRACING_METRICS } from "./catalogue/tracing.ts";
import type { MetricDefinition } from "./definition.ts";

export const CATALOGUE: readonly MetricDefinition[] = [
  ...PROCESS_METRICS,
  ...KAFKA_METRICS,
  ...RECORD_METRICS,
  ...STREAM_METRICS,
  ...SEQUENCE_METRICS,
  ...RATE_LIMIT_METRICS,
  ...DEAD_LETTER_METRICS,
  ...CLIENT_METRICS,
  ...REPLAY_METRICS,
  ...EXPORTER_METRICS,
  ...QUALITY_MONITOR_METRICS,
  ...TRACING_METRICS,
];
