// A collector of traces in the test's own process: takes OTLP over HTTP and decodes the protobuf body by a description of
// its own (opentelemetry-proto 1.7, trace/v1 and collector/trace/v1), so that what is sent is held against the standard.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import protobuf from "protobufjs";

const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; string version = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; repeated Link links = 13; Status status = 15; fixed32 flags = 16;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });
const REQUEST = root.lookupType("ExportTraceServiceRequest");
const RESPONSE = root.lookupType("ExportTraceServiceResponse");

/** What a collector says of spans that it left out. */
interface PartialSuccess {
  readonly rejected_spans?: number;
  readonly error_message?: string;
}

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as it arrived; ids in hexadecimal, empty if absent. */
export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Attributes;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  /** As on the wire: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** As on the wire: 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
}

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly spans: readonly ReceivedSpan[];
}

export interface OtlpReceiver {
  /** `http://127.0.0.1:port` */
  readonly address: string;
  readonly requests: readonly ReceivedRequest[];
  /** All spans so far, in the order in which they came. */
  readonly spans: readonly ReceivedSpan[];
  /** What it answers from now on; default 200. */
  answer(status: number): void;
  /** What it says in the body of an answer from now on; default nothing. */
  leaveOut(partial: PartialSuccess): void;
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  let status = 200;
  let body = new Uint8Array();
  const server = createServer((request, response) => {
    void bodyOf(request).then((received) => {
      if (status === 200) {
        requests.push({ path: request.url ?? "", headers: request.headers, spans: decodeSpans(received) });
      }
      response.writeHead(status, { "content-type": "application/x-protobuf" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    get spans() {
      return requests.flatMap(({ spans }) => spans);
    },
    answer: (next) => {
      status = next;
    },
    leaveOut: (partial) => {
      body = Uint8Array.from(RESPONSE.encode({ partial_success: partial }).finish());
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks)));
  });
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}
interface WireSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly trace_state: string;
  readonly name: string;
  readonly kind: number;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes: readonly WireAttribute[];
  readonly links: readonly { readonly trace_id: string; readonly span_id: string }[];
  readonly status: { readonly code: number; readonly message: string } | null;
}
interface WireRequest {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scope_spans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

function decodeSpans(body: Buffer): readonly ReceivedSpan[] {
  const request = REQUEST.toObject(REQUEST.decode(body), {
    longs: String,
    bytes: String,
    arrays: true,
    defaults: true,
  }) as WireRequest;
  return request.resource_spans.flatMap(({ resource, scope_spans }) => {
    const described = attributesOf(resource.attributes);
    return scope_spans.flatMap(({ spans }) => spans.map((span) => receivedSpan(span, described)));
  });
}

function receivedSpan(span: WireSpan, resource: Attributes): ReceivedSpan {
  return {
    service: String(resource["service.name"]),
    resource,
    name: span.name,
    traceId: hex(span.trace_id),
    spanId: hex(span.span_id),
    parentSpanId: hex(span.parent_span_id),
    traceState: span.trace_state,
    kind: span.kind,
    startNs: BigInt(span.start_time_unix_nano),
    endNs: BigInt(span.end_time_unix_nano),
    attributes: attributesOf(span.attributes),
    links: span.links.map((link) => ({ traceId: hex(link.trace_id), spanId: hex(link.span_id) })),
    status: span.status ?? { code: 0, message: "" },
  };
}

function attributesOf(attributes: readonly WireAttribute[]): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, plain] = Object.entries(value)[0] ?? [];
      return [key, kind === "int_value" ? Number(plain) : (plain ?? "")];
    }),
  );
}

function hex(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}
