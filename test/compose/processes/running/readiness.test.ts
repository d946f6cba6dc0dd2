import { afterEach, describe, expect, test } from "bun:test";
import { isReady } from "../../../../compose/processes/running/readiness.ts";
import { systemStackSeams } from "../../../../compose/processes/running/seams.ts";
import { type Listener, type StreamSocket, systemNetwork } from "../../../../src/runtime/network.ts";
import { startEmbeddedBroker } from "../../../support/embedded-broker.ts";

const seams = systemStackSeams;
let listener: Listener | null = null;
afterEach(() => listener?.close());

/** A server that answers the first bytes of each connection. */
async function answering(answer: (socket: StreamSocket) => void): Promise<number> {
  listener = await systemNetwork.listen("127.0.0.1", 0, (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  return listener.port;
}

describe("a service is ready", () => {
  test("as Redis when it says PONG or asks for a password, not while it loads", async () => {
    const said = async (text: string) => {
      const port = await answering((socket) => socket.write(text));
      return isReady({ kind: "redis", port }, seams).finally(() => listener?.close());
    };
    expect(await said("+PONG\r\n")).toBe(true);
    expect(await said("-NOAUTH Authentication required.\r\n")).toBe(true);
    expect(await said("-LOADING Redis is loading the dataset in memory\r\n")).toBe(false);
  });

  test("as Kafka when it answers, not when it only takes the connection", async () => {
    const closing = await answering((socket) => socket.destroy());
    expect(await isReady({ kind: "kafka", port: closing }, seams)).toBe(false);
    const broker = await startEmbeddedBroker();
    const port = Number(broker.bootstrap.split(":")[1]);
    expect(await isReady({ kind: "kafka", port }, seams)).toBe(true);
    await broker.stop();
    expect(await isReady({ kind: "kafka", port }, seams)).toBe(false);
  });

  test("by HTTP with a status that says so", async () => {
    let status = 503;
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status }) });
    const url = `http://127.0.0.1:${server.port}/readyz`;
    expect(await isReady({ kind: "http", url }, seams)).toBe(false);
    status = 200;
    expect(await isReady({ kind: "http", url }, seams)).toBe(true);
    await server.stop(true);
    expect(await isReady({ kind: "http", url }, seams)).toBe(false);
  });

  test("by its port when that takes connections", async () => {
    const port = await answering(() => {});
    expect(await isReady({ kind: "tcp", port }, seams)).toBe(true);
    await listener?.close();
    expect(await isReady({ kind: "tcp", port }, seams)).toBe(false);
  });
});
