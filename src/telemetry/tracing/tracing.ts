// Tracing of a process, by its configuration: nothing at all without a collector's address.

import type { Config } from "../../config/options.ts";
import type { BuildInfo } from "../../runtime/build-info.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Network } from "../../runtime/network.ts";
import type { Random } from "../../runtime/random.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { SpanOutbox, type SpanSender } from "./span-outbox.ts";
import { Tracer } from "./tracer.ts";

export interface TracingOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly build: BuildInfo;
  /** Of a component that has the feature `tracing`. */
  readonly metrics: Metrics;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what was recorded, for at most `timeoutMs`; nothing is recorded afterwards. */
  close(timeoutMs: number): Promise<void>;
}

/** Whether the configuration names a collector. */
export function tracingIsOn(config: Config): boolean {
  return tracesUrl(config) !== null;
}

/** Begins to record; `null` if nobody is there to send it to. */
export function createTracing(options: TracingOptions): Tracing | null {
  const { config, random } = options;
  const url = tracesUrl(config);
  if (url === null) return null;
  const outbox = new SpanOutbox({ ...options, address: url, open: () => openSender(options, url) });
  const tracer = new Tracer({
    ratio: config.otelTracesSamplerArg,
    random,
    finish: (span) => outbox.add(span),
  });
  return { tracer, close: (timeoutMs) => outbox.close(timeoutMs) };
}

/** An address of all signals gets the path of traces; one of traces is used as it is (OTLP exporter specification). */
function tracesUrl({ otelExporterOtlpEndpoint, otelExporterOtlpTracesEndpoint }: Config): string | null {
  if (otelExporterOtlpTracesEndpoint !== null) return otelExporterOtlpTracesEndpoint;
  if (otelExporterOtlpEndpoint === null) return null;
  return `${otelExporterOtlpEndpoint.replace(/\/+$/, "")}/v1/traces`;
}

async function openSender(options: TracingOptions, url: string): Promise<SpanSender> {
  const { openOtlpSender } = await import("./otlp-sender.ts");
  const { config, network, build } = options;
  return openOtlpSender({
    url,
    headers: config.otelExporterOtlpHeaders ?? {},
    network,
    resource: {
      "service.name": config.otelServiceName,
      "service.version": build.version,
      "service.instance.id": config.instanceId,
    },
  });
}
