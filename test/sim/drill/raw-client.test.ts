import { afterEach, describe, expect, test } from "bun:test";
import { connectRaw } from "../../../sim/drill/raw-client.ts";
import type { HttpServer, PeerSocket } from "../../../src/runtime/http.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { serveBun } from "../../../src/runtime/serve-bun.ts";
import { eventually } from "../../support/eventually.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

interface Peer {
  socket: PeerSocket | null;
  readonly texts: string[];
  readonly closed: number[];
}

async function serve(): Promise<Peer> {
  const peer: Peer = { socket: null, texts: [], closed: [] };
  server = await serveBun({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 1_000_000,
    maxBufferedBytes: 64_000_000,
    fetch: (_, context) =>
      context.upgrade((socket) => {
        peer.socket = socket;
        return {
          onText: (text) => void peer.texts.push(text),
          onBinary() {},
          onDrain() {},
          onClose: (code) => void peer.closed.push(code),
        };
      }) ?? new Response("no", { status: 403 }),
  });
  return peer;
}

const connect = (path = "/ws") =>
  connectRaw({
    network: systemNetwork,
    random: seededRandom(1),
    target: { host: "127.0.0.1", port: server?.port ?? 0 },
    path,
  });

describe("a client over a plain socket", () => {
  test.each([5, 300, 70_000])("sends texts of %p characters", async (length) => {
    const peer = await serve();
    const client = await connect();
    client.send("x".repeat(length));
    await eventually(() => peer.texts[0] === "x".repeat(length));
  });

  test("sees with which code the server closes, whatever came before", async () => {
    const peer = await serve();
    const client = await connect();
    for (const size of [10, 300, 100_000]) peer.socket?.send(new Uint8Array(size));
    peer.socket?.close(4008, "too slow");
    await eventually(() => client.closeCode === 4008);
  });

  test("that does not read lets the server's buffer grow, and takes it all when it reads again", async () => {
    const peer = await serve();
    const client = await connect();
    client.read(false);
    for (let i = 0; i < 40; i++) peer.socket?.send(new Uint8Array(500_000));
    expect(peer.socket?.bufferedBytes()).toBeGreaterThan(0);
    client.read(true);
    await eventually(() => peer.socket?.bufferedBytes() === 0);
    peer.socket?.close(1001, "");
    await eventually(() => client.closeCode === 1001);
  });

  test("leaves without a word when it is cut", async () => {
    const peer = await serve();
    const client = await connect();
    client.cut();
    await eventually(() => peer.closed[0] === 1006);
    expect(client.closeCode).toBe(1006);
  });

  test("says why it was refused", async () => {
    server = await serveBun({
      hostname: "127.0.0.1",
      port: 0,
      maxFrameBytes: 1,
      maxBufferedBytes: 1,
      fetch: () => new Response("no", { status: 429 }),
    });
    await expect(connect()).rejects.toThrow("HTTP/1.1 429");
  });
});
