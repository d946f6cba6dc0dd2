// HTTP and WebSocket in memory behave towards the server as the runtimes do.

import { beforeEach, describe, expect, test } from "bun:test";
import { type MemoryHttp, memoryHttp } from "../../../sim/verify/memory-http.ts";
import type { MemoryWebSocket } from "../../../sim/verify/memory-websocket.ts";
import { VirtualClock } from "../../../sim/verify/virtual-clock.ts";
import type { HttpServer, PeerSocket } from "../../../src/runtime/http.ts";

const MAX_BUFFERED_BYTES = 1024 * 1024;
const FRAME = new Uint8Array(64 * 1024);

let clock: VirtualClock;
let http: MemoryHttp;
let server: HttpServer;
let peer: PeerSocket;
let events: string[];
/** Of the handshakes. */
let origins: (string | null)[];

beforeEach(async () => {
  clock = new VirtualClock(0);
  http = memoryHttp(clock);
  events = [];
  origins = [];
  server = await http.serve({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 100,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
    fetch(request, context) {
      if (new URL(request.url).pathname !== "/ws") return new Response(context.peerAddress);
      origins.push(request.headers.get("origin"));
      const upgraded = context.upgrade((socket) => {
        peer = socket;
        socket.send("welcome");
        return {
          onText: (text) => events.push(`text ${text}`),
          onBinary: (data) => events.push(`binary ${data.join(" ")}`),
          onDrain: () => events.push("drain"),
          onClose: (code, reason) => events.push(`close ${code} ${reason}`),
        };
      });
      return upgraded ?? new Response(null, { status: 426 });
    },
  });
});

interface Client {
  readonly socket: MemoryWebSocket;
  readonly seen: string[];
}

async function connect(path = "/ws"): Promise<Client> {
  const socket = new http.WebSocket(`ws://127.0.0.1:${server.port}${path}`);
  const seen: string[] = [];
  socket.onopen = () => seen.push("open");
  socket.onmessage = ({ data }) => seen.push(typeof data === "string" ? data : `${data.byteLength} bytes`);
  socket.onerror = () => seen.push("error");
  socket.onclose = ({ code, reason }) => seen.push(`close ${code} ${reason}`);
  await clock.advance(0);
  return { socket, seen };
}

describe("requests", () => {
  const get = (path: string) => http.request(`http://127.0.0.1:${server.port}${path}`);

  test("go to the server on their port", async () => {
    expect(await (await get("/peer")).text()).toBe("127.0.0.1");
  });

  test("that only pretend to want a WebSocket are not upgraded", async () => {
    expect((await get("/ws")).status).toBe(426);
  });

  test("are refused by a server that accepts no more", async () => {
    server.stopAccepting();
    await expect(get("/peer")).rejects.toMatchObject({ code: "server_unreachable" });
  });

  test("find a port in use taken", async () => {
    const options = { hostname: "", port: server.port, maxFrameBytes: 1, maxBufferedBytes: 1 };
    const second = http.serve({ ...options, fetch: () => new Response() });
    await expect(second).rejects.toMatchObject({ code: "port_in_use" });
  });
});

describe("a WebSocket", () => {
  test("of a web page says where the page came from, any other does not", async () => {
    const page = http.pageWebSocket("https://a.example");
    new page(`ws://127.0.0.1:${server.port}/ws`);
    await clock.advance(0);
    await connect();
    expect(origins).toEqual(["https://a.example", null]);
  });

  test("opens before its first frame, and passes frames both ways", async () => {
    const { socket, seen } = await connect();
    expect(seen).toEqual(["open", "welcome"]);
    socket.send("hello");
    socket.send(new Uint8Array([1, 2]));
    await clock.advance(0);
    expect(events).toEqual(["text hello", "binary 1 2"]);
  });

  test("gets its own copy of what was sent", async () => {
    const { socket } = await connect();
    const received: Uint8Array[] = [];
    socket.onmessage = ({ data }) => received.push(new Uint8Array(data));
    const shared = Buffer.from("abcdef").subarray(1, 3);
    peer.send(shared);
    shared.fill(0);
    await clock.advance(0);
    expect(Buffer.concat(received).toString()).toBe("bc");
  });

  test("fails where no server or no upgrade is", async () => {
    expect((await connect("/other")).seen).toEqual(["error", "close 1006 "]);
    await server.stop();
    expect((await connect()).seen).toEqual(["error", "close 1006 "]);
  });

  test("hears the server's close after the frames before it; the server hears it once", async () => {
    const { seen } = await connect();
    peer.send("last");
    peer.close(1001, "bye");
    expect(peer.send("too late")).toBe("dropped");
    await clock.advance(0);
    expect(seen.slice(2)).toEqual(["last", "close 1001 bye"]);
    await server.stop();
    await clock.advance(0);
    expect(events).toEqual(["close 1001 bye"]);
  });

  test("tells the server of its own close", async () => {
    const { socket, seen } = await connect();
    socket.close(4001, "enough");
    await clock.advance(0);
    expect(events).toEqual(["close 4001 enough"]);
    expect(seen.at(-1)).toBe("close 4001 enough");
  });

  test("is cut by terminate without its last frames", async () => {
    const { seen } = await connect();
    peer.send("lost");
    peer.terminate();
    expect(events).toEqual(["close 1006 "]);
    await clock.advance(0);
    expect(seen.slice(2)).toEqual(["close 1006 "]);
  });

  test("that does not read makes the server queue, then drop; reading again drains", async () => {
    const { socket, seen } = await connect();
    socket.pauseReading();
    const statuses = Array.from({ length: 24 }, () => peer.send(FRAME));
    await clock.advance(1000);
    expect(new Set(statuses)).toEqual(new Set(["sent", "queued", "dropped"]));
    expect(peer.bufferedBytes()).toBeGreaterThan(MAX_BUFFERED_BYTES - FRAME.length);
    expect(events).toEqual([]);
    socket.resumeReading();
    await clock.advance(0);
    expect(events).toEqual(["drain"]);
    expect(peer.bufferedBytes()).toBe(0);
    expect(seen.slice(2)).toHaveLength(statuses.filter((status) => status !== "dropped").length);
  });

  test("that sends too large a frame is closed with 1009", async () => {
    const { socket, seen } = await connect();
    socket.send("x".repeat(100));
    socket.send("x".repeat(101));
    await clock.advance(0);
    expect(events[0]).toStartWith("text x");
    expect(seen.at(-1)).toBe("close 1009 frame too large");
  });
});
