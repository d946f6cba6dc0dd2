// One fan-out, measured inside: `hub` is ours, `bare` a loop over Bun's sockets that sends frames of the same kind and
// keeps no promise. Prints one JSON line. Arguments: mode, protocol, clients, records, bytes per value.

import type { PeerSocket } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { encodeRecordFrame } from "../../src/wire/record-frame.ts";
import { benchHub } from "./bench-hub.ts";
import { report } from "./child.ts";
import { startMeter } from "./cost.ts";

const mode = process.argv[2];
const protocol = process.argv[3] as "original" | "dashstream.v2";
const [clients, records, valueBytes] = process.argv.slice(4).map(Number) as [number, number, number];
const SLICE = 100;
const HIGH_WATER_BYTES = 1024 * 1024;

const value = Buffer.alloc(valueBytes, "v");
const { hub, ring } = benchHub(HIGH_WATER_BYTES);
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
        const handler = hub.accept(socket, { protocol, browser: false, admin: false });
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
  const frames = protocol === "original" ? pairs(from) : [recordFrame(from)];
  for (const socket of bare) {
    socket.cork(() => {
      for (const frame of frames) socket.send(frame);
    });
  }
  while ([...bare].some((socket) => socket.bufferedBytes() > HIGH_WATER_BYTES)) {
    drained = Promise.withResolvers();
    await drained.promise;
  }
}

function pairs(from: number): readonly (string | Uint8Array)[] {
  return Array.from({ length: SLICE }, (_, i) => [
    `{"type":"cursor","partition":0,"offset":"${from + i}"}`,
    value,
  ]).flat();
}

function recordFrame(from: number): Uint8Array {
  const slice = Array.from({ length: SLICE }, (_, i) => ({ offset: from + i, value }));
  return encodeRecordFrame([{ partition: 0, records: slice, lastOffset: from + SLICE - 1 }]);
}
