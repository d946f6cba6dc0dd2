// The client over real sockets, against a server of this runtime.

import { expect, test } from "bun:test";
import { connectStream } from "../../src/client/index.ts";
import type { PeerSocket } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { valueChecksum } from "../../src/wire/fingerprint.ts";
import { manualClock } from "../support/manual-clock.ts";

test("values cross a real WebSocket byte for byte, and a server's close is followed by a resume", async () => {
  const resumes: unknown[] = [];
  const resumed = [Promise.withResolvers<PeerSocket>(), Promise.withResolvers<PeerSocket>()];
  const server = await serveHttp({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 1024,
    maxBufferedBytes: 1024 * 1024,
    fetch: (_request, context) => {
      const response = context.upgrade((socket) => ({
        onText(text) {
          resumed[resumes.push(JSON.parse(text)) - 1]?.resolve(socket);
        },
        onBinary() {},
        onDrain() {},
        onClose() {},
      }));
      return response ?? new Response(null, { status: 400 });
    },
  });
  const received = Promise.withResolvers<Uint8Array>();
  const interrupted = Promise.withResolvers<void>();
  const clock = manualClock();
  const stream = connectStream({
    url: `ws://127.0.0.1:${server.port}/ws`,
    from: "earliest",
    protocol: "v1",
    clock,
    onRecord: ({ value }) => received.resolve(value),
    onState: ({ kind }) => {
      if (kind === "waiting") interrupted.resolve();
    },
  });
  const first = await resumed[0]?.promise;
  const value = Uint8Array.from({ length: 256 }, (_, i) => i);
  first?.send('{"type":"cursor","partition":0,"offset":"12"}');
  first?.send(value);
  expect(await received.promise).toEqual(value);
  first?.close(1001, "restart");
  await interrupted.promise;
  clock.advance(1000);
  await resumed[1]?.promise;
  stream.close();
  await server.stop();
  expect(resumes).toEqual([
    { type: "resume", mode: "partition", from: "earliest", lastOffsetsByPartition: {} },
    {
      type: "resume",
      mode: "partition",
      from: "cursor",
      lastOffsetsByPartition: { 0: "12" },
      fingerprints: { 0: { offset: "12", crc32c: valueChecksum(value) } },
    },
  ]);
});

test("a server that is not there ends the stream after the allowed failures", async () => {
  const stream = connectStream({
    url: "ws://127.0.0.1:1/ws",
    from: "latest",
    maxFailures: 1,
    onRecord() {},
  });
  expect((await stream.closed)?.code).toBe("server_unreachable");
});
