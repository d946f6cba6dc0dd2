// Sends spans to a collector as OTLP: protobuf over HTTP, over the sockets of the given network. Loaded with the first
// batch, so that who exports no traces does not pay for the libraries.

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { createTraceState, type Link, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from "@opentelemetry/otlp-transformer";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Network } from "../../runtime/network.ts";
import type { FinishedSpan, SpanKind as Kind, SpanContext } from "./span.ts";
import type { Rejection, SpanSender } from "./span-outbox.ts";

export interface OtlpSenderOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly network: Network;
  /** What all spans say of the process that made them. */
  readonly resource: Readonly<Record<string, string>>;
}

/** The exporter tries again within this time what may pass: no connection, an overloaded collector. */
const TIMEOUT_MS = 5_000;
/** For metrics of the exporter, which are off (semantic conventions of OpenTelemetry). */
const COMPONENT_TYPE = "otlp_http_span_exporter";
const SCOPE = { name: "dashstream" };
const KINDS: Readonly<Record<Kind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

export function openOtlpSender({ url, headers, network, resource }: OtlpSenderOptions): SpanSender {
  const agent = agentOn(network, new URL(url));
  let rejection: Rejection | null = null;
  // The exporter tells nobody of an answer's content, which it reads right before it reports the success.
  const serializer: typeof ProtobufTraceSerializer = {
    ...ProtobufTraceSerializer,
    deserializeResponse(bytes) {
      const response = ProtobufTraceSerializer.deserializeResponse(bytes);
      rejection = rejectionIn(response);
      return response;
    },
  };
  const exporter = createOtlpHttpExportDelegate(
    {
      url,
      headers: async () => ({ ...headers, "content-type": "application/x-protobuf" }),
      timeoutMillis: TIMEOUT_MS,
      // A batch counts for a moment after its answer.
      concurrencyLimit: 2,
      compression: "none",
      agentFactory: () => agent,
    },
    serializer,
    COMPONENT_TYPE,
    TraceExporterMetricsHelper,
    undefined,
  );
  const described = resourceFromAttributes(resource);
  return {
    send: (spans) =>
      new Promise((resolve, reject) => {
        rejection = null;
        const readable = spans.map((span) => readableSpan(span, described));
        exporter.export(readable, ({ code, error }) => {
          if (code === 0) resolve(rejection);
          else reject(error ?? new Error("the collector did not take the spans"));
        });
      }),
    close: () => agent.destroy(),
  };
}

type Response = ReturnType<typeof ProtobufTraceSerializer.deserializeResponse>;

/** Of a partial success; one without rejected spans is advice (OTLP specification, "Partial Success"). */
function rejectionIn({ partialSuccess }: Response): Rejection | null {
  const count = Number(partialSuccess?.rejectedSpans ?? 0);
  const reason = partialSuccess?.errorMessage ?? "";
  return count > 0 ? { count, reason: reason === "" ? "the collector gave no reason" : reason } : null;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function agentOn(network: Network, { protocol, hostname }: URL): HttpAgent {
  const tls = protocol === "https:" ? { tls: { servername: hostname } } : {};
  const createConnection = ({ host, port }: Address) => {
    const socket = network.dial({ host, port, ...tls }, () => {});
    // Has what HTTP needs of it; its type lists what the other clients of a network use.
    return socket as unknown as Duplex;
  };
  const agent =
    protocol === "https:" ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return Object.assign(agent, { createConnection });
}

function readableSpan(span: FinishedSpan, resource: Resource): ReadableSpan {
  const { name, context, startMs, endMs, error } = span;
  const spanContext = otelContext(context);
  const parent = parentContext(context);
  return {
    name,
    kind: KINDS[span.kind],
    spanContext: () => spanContext,
    ...(parent === null ? {} : { parentSpanContext: parent }),
    startTime: hrTime(startMs),
    endTime: hrTime(Math.max(startMs, endMs)),
    duration: hrTime(Math.max(0, endMs - startMs)),
    ended: true,
    status: error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: span.attributes,
    links: span.links.map((link): Link => ({ context: otelContext(link) })),
    events: [],
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** What is exported is sampled, whatever the parent was. */
function otelContext({ traceId, spanId, traceState }: SpanContext) {
  const state = traceState === null ? {} : { traceState: createTraceState(traceState) };
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...state };
}

function parentContext({ traceId, parentSpanId, parentIsRemote }: SpanContext) {
  if (parentSpanId === null) return null;
  return { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: parentIsRemote };
}

/** Seconds and nanoseconds, exact to about a microsecond. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.min(Math.round((ms - seconds * 1000) * 1e6), 999_999_999)];
}
