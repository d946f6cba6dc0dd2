// One fan-out, measured inside: `hub` is ours, `bare` a loop over Bun's sockets that sends the same frames and
// keeps no promise. Prints one JSON line. Arguments: mode, clients, records, bytes per value.

import { systemClock } from "../../src/runtime/clock.ts";
import type { PeerSocket } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { Ring } from "../../src/server/ring.ts";
import { Hub } from "../../src/server/sessions/hub.ts";
import { recordDescriber } from "../../src/server/sessions/record-details.ts";
import { sessionMetrics } from "../../src/server/sessions/session-metrics.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { report } from "./child.ts";
import { startMeter } from "./cost.ts";

const mode = process.argv[2];
const [clients, records, valueBytes] = process.argv.slice(3).map(Number) as [number, number, number];
const SLICE = 100;
const HIGH_WATER_BYTES = 1024 * 1024;

const value = Buffer.alloc(valueBytes, "v");
const ring = new Ring({ maxRecords: 50_000, maxBytes: 64 * 1024 * 1024 });
const hub = new Hub({
  session: {
    ring,
    pages: { request: () => () => {}, forget: () => {} },
    oldest: () => 0,
    describe: recordDescriber(1_048_576),
    threads: { lastSequences: () => [], firstAfter: () => Promise.resolve(null), scanRecords: 0 },
    clearTiers: () => Promise.resolve(true),
    partitionsKnown: () => true,
    clock: systemClock,
    metrics: sessionMetrics(createMetrics({ catalogue: CATALOGUE, component: "websocket-server" })),
    limits: {
      highWaterBytes: HIGH_WATER_BYTES,
      slowThreshold: 0,
      slowWindowSecs: 60,
      stallTimeoutMs: 60_000,
      replayTimeoutMs: 60_000,
      maxLagRecords: 100_000,
      replayMaxRecords: 0,
      closeGraceMs: 5000,
    },
    logEnd: () => null,
    refreshLogEnds: () => Promise.resolve(true),
    onDropped: (count) => {
      throw new Error(`${count} records were dropped: the comparison is void`);
    },
    onSendFailed: () => {},
    onSendTimeout: () => {},
  },
  fanoutMaxWaitMs: 60_000,
  resumeGraceMs: 0,
  maxPayloadBytes: 1_048_576,
  browserBurst: 1,
  browserRatePerSecond: 0,
});
const bare = new Set<PeerSocket>();
let drained = Promise.withResolvers<void>();
let closed = 0;

const server = await serveHttp({
  hostname: "127.0.0.1",
  port: 0,
  maxFrameBytes: 1 << 20,
  maxBufferedBytes: 1 << 30,
  fetch: (_, context) =>
    context.upgrade((socket) => {
      if (mode === "hub") {
        const handler = hub.accept(socket, { protocol: "original", browser: false, admin: false });
        return {
          ...handler,
          onClose: (code, reason) => {
            closed++;
            handler.onClose(code, reason);
          },
        };
      }
      bare.add(socket);
      return {
        onText() {},
        onBinary() {},
        onDrain: () => drained.resolve(),
        onClose: () => {
          bare.delete(socket);
          closed++;
          drained.resolve();
        },
      };
    }) ?? new Response("", { status: 400 }),
});
report({ port: server.port });
// Looks now and then, and lets the last handshake settle: a listener would be part of what is measured.
while ((mode === "hub" ? hub.clientCount : bare.size) < clients) await Bun.sleep(10);
await Bun.sleep(50);

const meter = startMeter();
for (let offset = 0; offset < records; offset += SLICE) {
  if (mode === "hub") {
    const room = hub.room();
    if (room !== null) await room;
    for (let i = 0; i < SLICE; i++) ring.append(0, offset + i, value);
    hub.flush();
  } else await fanOutBare(offset);
  if (offset % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
}
while (closed < clients) await Bun.sleep(1);
report(meter());
process.exit(0);

async function fanOutBare(from: number): Promise<void> {
  const cursors = Array.from(
    { length: SLICE },
    (_, i) => `{"type":"cursor","partition":0,"offset":"${from + i}"}`,
  );
  for (const socket of bare) {
    socket.cork(() => {
      for (const cursor of cursors) {
        socket.send(cursor);
        socket.send(value);
      }
    });
  }
  while ([...bare].some((socket) => socket.bufferedBytes() > HIGH_WATER_BYTES)) {
    drained = Promise.withResolvers();
    await drained.promise;
  }
}
