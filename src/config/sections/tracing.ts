// Options of tracing, under the names that OpenTelemetry gave them.

import { text } from "../kind.ts";
import type { Command } from "../option.ts";
import { option } from "../option.ts";
import { otlpEndpoint, otlpHeaders, ratio } from "../otlp.ts";

const SERVICES: readonly Command[] = ["serve", "demo", "quality-monitor", "exporter"];

export const TRACING_OPTIONS = {
  otelExporterOtlpEndpoint: option({
    env: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    kind: otlpEndpoint(),
    default: null,
    help: "Collector of traces, OTLP over HTTP (usually port 4318); `/v1/traces` is added. Not set: there is no tracing.",
    commands: SERVICES,
  }),
  otelExporterOtlpTracesEndpoint: option({
    env: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
    kind: otlpEndpoint(),
    default: null,
    help: "The same as a full address, to which nothing is added; it comes first.",
    commands: SERVICES,
  }),
  otelExporterOtlpHeaders: option({
    env: ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"],
    kind: otlpHeaders(),
    default: null,
    help: "Headers for the collector, a login for example: `name=value,...`.",
    commands: SERVICES,
    secret: true,
  }),
  otelTracesSamplerArg: option({
    env: ["OTEL_TRACES_SAMPLER_ARG"],
    kind: ratio(),
    default: "0.01",
    help: "Share of traces that is kept, by trace id, of those whose producer keeps them too. Bad records and sequence gaps are always kept.",
    commands: SERVICES,
  }),
  otelServiceName: option({
    env: ["OTEL_SERVICE_NAME"],
    kind: text("a name of 1 to 255 characters", 255),
    default: "websocket-server",
    defaultFor: { "quality-monitor": "quality-monitor", exporter: "prometheus-exporter" },
    help: "Name of this process in traces.",
    commands: SERVICES,
  }),
};
