import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";
import { openOtlpSender } from "../../../src/telemetry/tracing/otlp-sender.ts";
import type { FinishedSpan, SpanContext } from "../../../src/telemetry/tracing/span.ts";
import type { SpanSender } from "../../../src/telemetry/tracing/span-outbox.ts";
import { freePort } from "../../support/free-port.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../../support/otlp-receiver.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CONTEXT: SpanContext = {
  traceId: TRACE,
  spanId: "b7ad6b7169203331",
  parentSpanId: "00f067aa0ba902b7",
  parentIsRemote: true,
  traceState: "vendor=1,other=2",
};
const SPAN: FinishedSpan = {
  name: "process_kafka_message",
  kind: "consumer",
  context: CONTEXT,
  startMs: 1_700_000_000_123.25,
  endMs: 1_700_000_000_125,
  attributes: { "kafka.offset": 9_007_199_254_740_991, thread_id: "run-1", sequence_gap: true, share: 0.5 },
  error: "Schema version mismatch",
  links: [{ ...CONTEXT, traceId: "c".repeat(32), spanId: "d".repeat(16), traceState: null }],
};

let receiver: OtlpReceiver;
let dialled: string[];
let senders: SpanSender[];

beforeEach(async () => {
  [dialled, senders] = [[], []];
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  for (const sender of senders) sender.close();
  await receiver.stop();
});

function sender(url = `${receiver.address}/v1/traces`): SpanSender {
  const network: Network = {
    ...systemNetwork,
    dial(target, onConnect) {
      dialled.push(`${target.host}:${target.port}${target.tls ? ` tls ${target.tls.servername}` : ""}`);
      return systemNetwork.dial(target, onConnect);
    },
  };
  const opened = openOtlpSender({
    url,
    headers: { authorization: "Basic YTpi" },
    network,
    resource: { "service.name": "websocket-server", "service.version": "1.2.3" },
  });
  senders.push(opened);
  return opened;
}

describe("spans arrive", () => {
  test("with everything that they say", async () => {
    await sender().send([SPAN]);
    const [request] = receiver.requests;
    expect(request?.path).toBe("/v1/traces");
    expect(request?.headers).toMatchObject({
      authorization: "Basic YTpi",
      "content-type": "application/x-protobuf",
    });
    expect(request?.spans).toEqual([
      {
        service: "websocket-server",
        resource: { "service.name": "websocket-server", "service.version": "1.2.3" },
        name: "process_kafka_message",
        traceId: TRACE,
        spanId: "b7ad6b7169203331",
        parentSpanId: "00f067aa0ba902b7",
        traceState: "vendor=1,other=2",
        kind: 5,
        startNs: 1_700_000_000_123_250_000n,
        endNs: 1_700_000_000_125_000_000n,
        attributes: SPAN.attributes,
        links: [{ traceId: "c".repeat(32), spanId: "d".repeat(16) }],
        status: { code: 2, message: "Schema version mismatch" },
      },
    ]);
  });

  test("of each kind, with and without parent, error and time", async () => {
    const kinds = ["internal", "server", "producer", "consumer"] as const;
    const root = { ...CONTEXT, parentSpanId: null, traceState: null };
    await sender().send(
      kinds.map((kind) => ({ ...SPAN, kind, context: root, error: null, endMs: SPAN.startMs - 5 })),
    );
    expect(receiver.spans.map(({ kind }) => kind)).toEqual([1, 2, 4, 5]);
    for (const span of receiver.spans) {
      expect(span).toMatchObject({ parentSpanId: "", traceState: "", status: { code: 0, message: "" } });
      expect(span.endNs).toBe(span.startNs);
    }
  });

  test("over sockets of the given network, of which one serves for many batches", async () => {
    const one = sender();
    for (let i = 0; i < 3; i++) await one.send([SPAN]);
    expect(receiver.requests).toHaveLength(3);
    expect(dialled).toEqual([receiver.address.slice("http://".length)]);
  });
});

describe("what a collector leaves out of a batch that it takes", () => {
  test("is told with its reason, for that batch alone", async () => {
    const one = sender();
    receiver.leaveOut({ rejected_spans: 2, error_message: "attributes too long" });
    expect(await one.send([SPAN, SPAN, SPAN])).toEqual({ count: 2, reason: "attributes too long" });
    receiver.leaveOut({});
    expect(await one.send([SPAN])).toBeNull();
  });

  test("without a reason is told too", async () => {
    receiver.leaveOut({ rejected_spans: 1 });
    expect(await sender().send([SPAN])).toEqual({ count: 1, reason: "the collector gave no reason" });
  });

  test("is nothing where it has only advice, or says nothing", async () => {
    const one = sender();
    expect(await one.send([SPAN])).toBeNull();
    receiver.leaveOut({ error_message: "use gzip" });
    expect(await one.send([SPAN])).toBeNull();
  });
});

describe("what does not arrive is refused", () => {
  test("by a collector that does not take it", async () => {
    receiver.answer(400);
    await expect(sender().send([SPAN])).rejects.toThrow();
  });

  test("when nobody listens, after some attempts", async () => {
    const port = await freePort();
    await expect(sender(`http://127.0.0.1:${port}/v1/traces`).send([SPAN])).rejects.toThrow("ECONNREFUSED");
    expect(new Set(dialled)).toEqual(new Set([`127.0.0.1:${port}`]));
  });

  test("when the collector of an https address speaks no TLS", async () => {
    const address = receiver.address.replace("http:", "https:").replace("127.0.0.1", "localhost");
    await expect(sender(`${address}/v1/traces`).send([SPAN])).rejects.toThrow();
    expect(dialled[0]).toBe(`localhost:${new URL(address).port} tls localhost`);
  });
});
