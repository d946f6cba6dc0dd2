// What the server traces: batches and records, their dead letters, and the resumes of clients.

import { RecordTraces } from "../stream/record-traces.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import { createTracing, type TracingOptions } from "../telemetry/tracing/tracing.ts";
import type { Inspector } from "../wire/inspector.ts";
import { deliveringSettings } from "./kafka-config.ts";
import type { ResumeTracing } from "./sessions/resume-traces.ts";

export interface ServerTracingOptions extends TracingOptions {
  /** Holds the record that is judged. */
  readonly inspector: Inspector;
}

export interface ServerTracing {
  readonly tracer: Tracer;
  readonly records: RecordTraces;
  readonly resumes: ResumeTracing;
  /** Sends the last spans. */
  close(): Promise<void>;
}

/** Time that the last spans have when the server stops. */
const FLUSH_MS = 3_000;

/** `null` without a collector of traces. */
export function createServerTracing(options: ServerTracingOptions): ServerTracing | null {
  const tracing = createTracing(options);
  if (tracing === null) return null;
  const { clock, inspector, config } = options;
  const { tracer } = tracing;
  return {
    tracer,
    records: new RecordTraces({ tracer, clock, inspector, source: deliveringSettings(config) }),
    resumes: { tracer, clock },
    close: () => tracing.close(FLUSH_MS),
  };
}
