// The network in memory keeps the promises of the machine's own, and one more: the same run, the same order.

import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { memoryNetwork } from "../../../sim/verify/memory-network.ts";
import { VirtualClock } from "../../../sim/verify/virtual-clock.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { StreamSocket } from "../../../src/runtime/network.ts";
import { behavesAsNetwork } from "../../runtime/network-behaviours.ts";

describe("the network in memory", () => {
  behavesAsNetwork(() => memoryNetwork(systemClock));

  test("a buffer may be used again as soon as it was written", async () => {
    const network = memoryNetwork(systemClock);
    const received = Promise.withResolvers<string>();
    const { port } = await network.listen("127.0.0.1", 0, (socket) => {
      socket.on("data", (chunk) => received.resolve(chunk.toString()));
    });
    const socket = network.dial({ host: "127.0.0.1", port }, () => {});
    const buffer = Buffer.from("first");
    socket.write(buffer);
    buffer.fill("x");
    expect(await received.promise).toBe("first");
  });

  test("a few bytes that were never read make a cut a reset, too", async () => {
    const clock = new VirtualClock(0);
    const network = memoryNetwork(clock);
    const accepted: StreamSocket[] = [];
    const { port } = await network.listen("127.0.0.1", 0, (socket) => accepted.push(socket));
    const errors: unknown[] = [];
    const socket = network.dial({ host: "127.0.0.1", port }, () => {});
    socket.on("error", (error) => errors.push(error));
    socket.write("unread");
    await clock.advance(0);
    accepted[0]?.destroy();
    await clock.advance(0);
    expect(errors).toMatchObject([{ code: "ECONNRESET" }]);
  });

  test("free ports are the same in every run", async () => {
    const ports = async () => {
      const network = memoryNetwork(systemClock);
      const listeners = [await network.listen("a", 0, () => {}), await network.listen("b", 0, () => {})];
      return listeners.map(({ port }) => port);
    };
    expect(await ports()).toEqual(await ports());
  });

  test("any name can be a host, and a host is not reached by another name", async () => {
    const network = memoryNetwork(systemClock);
    const { port } = await network.listen("kafka-1", 9092, () => {});
    const reached = new Promise<void>((resolve) => void network.dial({ host: "kafka-1", port }, resolve));
    await reached;
    const other = network.dial({ host: "kafka-2", port }, () => {});
    const [error] = await once(other as unknown as NodeJS.EventEmitter, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("an idle socket says so after its timeout, a busy one does not", async () => {
    const clock = new VirtualClock(0);
    const network = memoryNetwork(clock);
    const { port } = await network.listen("127.0.0.1", 0, (socket) => socket.on("data", () => {}));
    let timeouts = 0;
    const socket = network.dial({ host: "127.0.0.1", port }, () => {});
    await clock.advance(0);
    socket.setTimeout(100, () => timeouts++);
    await clock.advance(60);
    socket.write("still here");
    await clock.advance(60);
    expect(timeouts).toBe(0);
    await clock.advance(40);
    expect(timeouts).toBe(1);
  });
});
