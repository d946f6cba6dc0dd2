// Serving HTTP and WebSocket: the same behaviour on Bun and on Deno, seen by real clients over loopback.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "../support/eventually.ts";
import { describeReal } from "../support/real-components.ts";
import { type ScriptedHost, type StartHost, startOnBun, startOnDeno } from "./scripted-host.ts";
import { MAX_FRAME_BYTES } from "./scripted-server.ts";

const HANDSHAKE = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/** RFC 6455 section 7.4.1: the close frame had no code. */
const NO_CODE = 1005;

interface Client {
  readonly socket: WebSocket;
  readonly received: (string | number[])[];
  next(): Promise<string | number[]>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function open(port: number, path: string, protocols: string[] = []): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
  socket.binaryType = "arraybuffer";
  const received: (string | number[])[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    received.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
    wake();
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const next = async () => {
    while (received.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return received.shift() ?? "";
  };
  return { socket, received, next, closed };
}

/** A client on plain TCP that reads nothing after it asked, until it is resumed. */
async function silentClient(port: number, path: string, headers = HANDSHAKE): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.pause();
  const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  socket.write(`${head}${headers}\r\n`);
  return socket;
}

function behavesAsSpecified(start: StartHost): void {
  let host: ScriptedHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  test("text and binary frames pass both ways unchanged", async () => {
    const client = await open(host.port, "/echo");
    client.socket.send("grüße");
    expect(await client.next()).toBe("grüße");
    client.socket.send(new Uint8Array([0, 255, 7]));
    expect(await client.next()).toEqual([0, 255, 7]);
    client.socket.close();
  });

  test("corked frames arrive all and in order", async () => {
    const client = await open(host.port, "/cork");
    client.socket.send("f");
    expect([await client.next(), await client.next(), await client.next()]).toEqual(["f0", "f1", "f2"]);
    client.socket.close();
  });

  test("the server's close code and reason reach the client, after the frames before it", async () => {
    const client = await open(host.port, "/close");
    client.socket.send("going away");
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
    expect(client.received).toEqual(["last"]);
    expect(await host.log.until("/close", "close")).toMatchObject({ code: 1001 });
  });

  test("the client's close code and reason reach the server", async () => {
    const client = await open(host.port, "/client-closes");
    client.socket.close(4001, "enough");
    const seen = await host.log.until("/client-closes", "close");
    expect(seen).toMatchObject({ code: 4001, reason: "enough" });
  });

  test("a client that closes without a code is 1005, one that vanishes 1006", async () => {
    const client = await open(host.port, "/no-code");
    client.socket.close();
    expect(await host.log.until("/no-code", "close")).toMatchObject({ code: NO_CODE });
    const vanishing = await silentClient(host.port, "/vanishes");
    await host.log.until("/vanishes", "open");
    vanishing.destroy();
    expect(await host.log.until("/vanishes", "close")).toMatchObject({ code: 1006 });
  });

  test("terminate reports the close at once and once, and the client's connection ends", async () => {
    const client = await open(host.port, "/terminate");
    client.socket.send("now");
    expect(await host.log.until("/terminate", "close")).toMatchObject({ code: 1006 });
    await client.closed;
  });

  test("frames for a peer that does not read are queued, and a drain follows when it reads", async () => {
    const peer = await silentClient(host.port, "/queue");
    await host.log.until("/queue", "queued");
    expect(host.log.find("/queue", "drain")).toBeUndefined();
    peer.resume();
    await host.log.until("/queue", "drain");
    expect(host.log.find("/queue", "dropped")).toBeUndefined();
    peer.destroy();
    await host.log.until("/queue", "close");
  });

  test("frames beyond the limit on queued bytes are dropped, and say so", async () => {
    const peer = await silentClient(host.port, "/overflow");
    await host.log.until("/overflow", "dropped");
    peer.destroy();
    await host.log.until("/overflow", "close");
  });

  test("a frame of the largest size passes, one byte more ends the connection with 1009", async () => {
    const client = await open(host.port, "/large");
    client.socket.send("x".repeat(MAX_FRAME_BYTES));
    expect(await client.next()).toHaveLength(MAX_FRAME_BYTES);
    client.socket.send("x".repeat(MAX_FRAME_BYTES + 1));
    expect((await client.closed).code).toBe(1009);
    expect(client.received).toEqual([]);
  });

  test("a handshake that is not valid is refused and opens nothing", async () => {
    const peer = await silentClient(host.port, "/bad", "X-Nothing: 1\r\n");
    const [head] = await Promise.all([once(peer, "data"), peer.resume()]);
    expect(String(head)).toStartWith("HTTP/1.1 400");
    await eventually(() => host.log.find("/bad", "refused") !== undefined);
    expect(host.log.find("/bad", "open")).toBeUndefined();
    peer.destroy();
  });

  test("the chosen sub-protocol is announced", async () => {
    const client = await open(host.port, "/protocol", ["telemetry", "other"]);
    expect(client.socket.protocol).toBe("telemetry");
    client.socket.close();
  });

  test("plain requests see the peer's address and that no WebSocket is wanted", async () => {
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${host.port}${path}`)).text();
    expect(await get("/peer")).toBe("127.0.0.1");
    expect(await get("/wants-upgrade")).toBe("false");
  });

  test("a port in use is reported as such", async () => {
    await expect(start(host.port)).rejects.toMatchObject({ code: "port_in_use" });
  });

  test("a server that accepts no more keeps its open sockets; stop ends them, each close told once", async () => {
    const stopping = await start();
    const client = await open(stopping.port, "/stays");
    await stopping.stopAccepting();
    const late = await fetch(`http://127.0.0.1:${stopping.port}/peer`).then(
      (response) => response.status,
      () => "refused",
    );
    expect(late).toBeOneOf(["refused", 503]);
    client.socket.send("still here");
    expect(await client.next()).toBe("still here");
    await stopping.stop();
    await client.closed;
    await stopping.log.until("/stays", "close");
    expect(stopping.log.events.filter((event) => event.what === "close")).toHaveLength(1);
  });

  test("each socket that closed was told so exactly once", () => {
    const closes = host.log.events.filter((event) => event.what === "close").map((event) => event.socket);
    expect(new Set(closes).size).toBe(closes.length);
    expect(closes.length).toBeGreaterThan(5);
  });
}

describe("on Bun", () => behavesAsSpecified(startOnBun));

describeReal("deno", "on Deno", () => behavesAsSpecified(startOnDeno));
