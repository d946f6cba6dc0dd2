// What every network promises; the suite runs on the machine's own and on the one in memory, so that code under
// test on one behaves the same on the other.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Listener, Network, StreamSocket } from "../../src/runtime/network.ts";

interface Pair {
  readonly client: StreamSocket;
  readonly server: StreamSocket;
}

/** Waits for an event of a socket, whatever else happens to it. */
const event = (socket: StreamSocket, name: string) =>
  new Promise<void>((resolve) => {
    socket.once(name, () => resolve());
  });

/** Everything that a socket receives until its end, as text. */
async function textOf(socket: StreamSocket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
  await event(socket, "end");
  return Buffer.concat(chunks).toString();
}

export function behavesAsNetwork(open: () => Network): void {
  let network: Network;
  let listener: Listener;
  let onConnection: (socket: StreamSocket) => void;

  beforeEach(async () => {
    network = open();
    listener = await network.listen("127.0.0.1", 0, (socket) => onConnection(socket));
  });
  afterEach(() => listener.close());

  async function connected(): Promise<Pair> {
    const accepted = Promise.withResolvers<StreamSocket>();
    onConnection = accepted.resolve;
    const client = await new Promise<StreamSocket>((resolve) => {
      const socket = network.dial({ host: "127.0.0.1", port: listener.port }, () => resolve(socket));
    });
    return { client, server: await accepted.promise };
  }

  test("bytes written before and after the connection stands arrive in order, both ways", async () => {
    onConnection = (socket) => {
      socket.on("data", (chunk) => socket.write(chunk));
      socket.on("end", () => socket.end("!"));
    };
    const client = network.dial({ host: "127.0.0.1", port: listener.port }, () => client.end("two"));
    client.write("one ");
    expect(await textOf(client)).toBe("one two!");
  });

  test("nobody listening refuses the connection with ECONNREFUSED, and then the socket closes", async () => {
    const { port } = listener;
    await listener.close();
    const socket = network.dial({ host: "127.0.0.1", port }, () => {});
    const errors: unknown[] = [];
    socket.on("error", (error) => errors.push(error));
    await event(socket, "close");
    expect(errors).toMatchObject([{ code: "ECONNREFUSED" }]);
    expect(socket.destroyed).toBe(true);
  });

  test("a port in use is reported as such", async () => {
    const second = network.listen("127.0.0.1", listener.port, () => {});
    await expect(second).rejects.toMatchObject({ code: "port_in_use" });
  });

  test("a port that was closed can be listened on again", async () => {
    await listener.close();
    listener = await network.listen("127.0.0.1", listener.port, (socket) => onConnection(socket));
    const { client, server } = await connected();
    client.end("again");
    expect(await textOf(server)).toBe("again");
  });

  test("a peer that does not read stops the writer, which hears of it when the peer reads on", async () => {
    const { client, server } = await connected();
    server.on("data", (chunk) => {
      receivedBytes += chunk.length;
    });
    server.pause();
    let receivedBytes = 0;
    const chunk = Buffer.alloc(1024 * 1024);
    let sentBytes = 0;
    while (client.write(chunk)) sentBytes += chunk.length;
    sentBytes += chunk.length;
    // More than any kernel keeps for one connection.
    for (let i = 0; i < 16; i++) client.write(chunk);
    sentBytes += 16 * chunk.length;
    expect(client.writableLength).toBeGreaterThan(0);
    const drained = event(client, "drain");
    server.resume();
    await drained;
    expect(client.writableLength).toBe(0);
    const ended = event(server, "end");
    client.end();
    await ended;
    expect(receivedBytes).toBe(sentBytes);
  });

  test("after one side ended, what the other still has to say arrives, and both close", async () => {
    const { client, server } = await connected();
    server.on("data", () => {});
    server.once("end", () => server.write("last words"));
    const closes = Promise.all([event(client, "close"), event(server, "close")]);
    const heard = textOf(client);
    client.end();
    server.once("end", () => server.end());
    expect(await heard).toBe("last words");
    await closes;
    expect([client.destroyed, server.destroyed]).toEqual([true, true]);
  });

  test("a connection cut with nothing unread ends the other side without an error", async () => {
    const { client, server } = await connected();
    const errors: unknown[] = [];
    client.on("error", (error) => errors.push(error));
    client.resume();
    server.destroy();
    await event(client, "close");
    expect(errors).toEqual([]);
  });

  test("a connection cut with bytes unread is a reset for the one who wrote them", async () => {
    const { client, server } = await connected();
    const failure = new Promise((resolve) => {
      client.on("error", resolve);
    });
    client.resume();
    server.on("data", () => {
      server.pause();
      server.destroy();
    });
    client.write(Buffer.alloc(4 * 1024 * 1024));
    expect(await failure).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
  });

  test("writing to a connection that the peer has cut is a reset", async () => {
    const { client, server } = await connected();
    const failure = new Promise((resolve) => {
      client.on("error", resolve);
    });
    const gone = event(server, "close");
    server.destroy();
    await gone;
    client.write("to nobody");
    client.write("nor this");
    expect(await failure).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
  });

  test("destroy with an error reports it once, and then the close", async () => {
    const { client } = await connected();
    const seen: string[] = [];
    client.on("error", (error) => seen.push(error.message));
    client.on("close", () => seen.push("close"));
    client.destroy(new Error("given up"));
    client.destroy(new Error("again"));
    await event(client, "close");
    expect(seen).toEqual(["given up", "close"]);
  });

  test("an end that allows for it may still write after the other has ended", async () => {
    await listener.close();
    const accepted = Promise.withResolvers<StreamSocket>();
    listener = await network.listen("127.0.0.1", 0, accepted.resolve, { allowHalfOpen: true });
    const target = { host: "127.0.0.1", port: listener.port, allowHalfOpen: true };
    const client = network.dial(target, () => client.end("question"));
    const server = await accepted.promise;
    expect(await textOf(server)).toBe("question");
    const heard = textOf(client);
    // A while after the end, as an answer that takes its time.
    await new Promise((resolve) => setImmediate(resolve));
    server.write("answer");
    server.end();
    expect(await heard).toBe("answer");
  });

  test("a connection that is reset is an error for the other side, with nothing unread as well", async () => {
    const { client, server } = await connected();
    const failure = new Promise((resolve) => client.on("error", resolve));
    client.resume();
    server.resetAndDestroy();
    expect(await failure).toMatchObject({ code: "ECONNRESET" });
  });

  test("closing the listener cuts the connections that it accepted", async () => {
    const { client } = await connected();
    client.resume();
    const closed = event(client, "close");
    await listener.close();
    await closed;
    expect(client.destroyed).toBe(true);
  });
}
