// Brokers that misbehave, clients that do not read, and streams that are cut anywhere.

import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createKafkaFaultProxy } from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import { runVirtual } from "../../../../sim/verify/virtual-world.ts";
import { encodeRequest, encodeResponse } from "../../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../../src/kafka-protocol/apis.ts";
import { FrameSplitter } from "../../../../src/kafka-protocol/frame.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { type Network, type StreamSocket, systemNetwork } from "../../../../src/runtime/network.ts";
import { eventually } from "../../../support/eventually.ts";
import { keepingLog, type LogLine } from "../../../support/keeping-log.ts";
import { brokerRig, metadataRequest } from "../../broker/broker-rig.ts";

const HOST = "127.0.0.1";
const endings: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A proxy before `upstream`, and what it logs. */
async function proxyBefore(upstream: { readonly host: string; readonly port: number }) {
  const logged: LogLine[] = [];
  const proxy = createKafkaFaultProxy({
    network: systemNetwork,
    clock: systemClock,
    log: keepingLog(logged),
    upstream,
    listen: { host: HOST, port: 0 },
  });
  await proxy.start();
  endings.push(() => proxy.stop());
  return { proxy, logged };
}

/** A broker that does with each frame what `onFrame` says. */
async function strangeBroker(
  onFrame: (frame: Buffer, socket: StreamSocket) => void,
  network: Network = systemNetwork,
) {
  const listener = await network.listen(HOST, 0, (socket) => {
    const splitter = new FrameSplitter(1_000_000);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => splitter.push(chunk, (frame) => onFrame(frame, socket)));
  });
  endings.push(() => listener.close());
  return listener;
}

/** A connection whose frames are kept; `closed` once it is. */
function dial(bootstrap: string, network: Network = systemNetwork) {
  const [host = "", port = ""] = bootstrap.split(":");
  const socket = network.dial({ host, port: Number(port) }, () => {});
  endings.push(() => void socket.destroy());
  const splitter = new FrameSplitter(100_000_000);
  const client = { socket, frames: [] as Buffer[], isClosed: false };
  socket.on("data", (chunk: Buffer) =>
    splitter.push(chunk, (frame) => client.frames.push(Buffer.from(frame))),
  );
  socket.on("error", () => {});
  socket.on("close", () => {
    client.isClosed = true;
  });
  return client;
}

function request(correlationId: number): Buffer {
  return encodeRequest(APIS.ListGroups, 0, { correlationId, clientId: "c" }, {});
}

function answer(correlationId: number, groups = 1): Buffer {
  const group = { groupId: "g".repeat(1_000), protocolType: "" };
  const body = { throttleTimeMs: 0, errorCode: 0, groups: Array.from({ length: groups }, () => group) };
  return encodeResponse(APIS.ListGroups.response(0), correlationId, body);
}

describe("a broker that does not keep to the protocol", () => {
  const lies: Readonly<Record<string, () => Buffer>> = {
    "the answer to another request": () => answer(8),
    "two answers": () => Buffer.concat([answer(7), answer(7)]),
    "a frame without a correlation id": () => Buffer.from("0000000100", "hex"),
    "a frame of 2 GiB": () => Buffer.from("7fffffff", "hex"),
  };
  test.each(Object.entries(lies))("loses the connection with a line in the log: %s", async (_, lie) => {
    const broker = await strangeBroker((_frame, socket) => void socket.write(lie()));
    const { proxy, logged } = await proxyBefore(broker);
    const client = dial(proxy.bootstrap);
    client.socket.write(request(7));
    await eventually(() => client.isClosed);
    await eventually(() => logged.length > 0);
    expect(logged.map(({ level, msg }) => [level, msg])).toEqual([
      ["warn", "connection closed after a bad answer"],
    ]);
  });

  test("and one whose metadata cannot be read ends it too", async () => {
    const broker = await strangeBroker(
      (_frame, socket) => void socket.write(Buffer.from("0000000800000007ffffffff", "hex")),
    );
    const { proxy } = await proxyBefore(broker);
    const client = dial(proxy.bootstrap);
    client.socket.write(
      encodeRequest(APIS.Metadata, 8, { correlationId: 7, clientId: null }, metadataRequest([])),
    );
    await eventually(() => client.isClosed);
  });

  test("that goes away takes the client's connection along", async () => {
    const broker = await strangeBroker((_frame, socket) => void socket.destroy());
    const { proxy } = await proxyBefore(broker);
    const client = dial(proxy.bootstrap);
    client.socket.write(request(7));
    await eventually(() => client.isClosed);
  });
});

test("a client that does not read its answers is not asked for without end, and gets all when it does", () =>
  runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async ({ network, clock, outcome, settled }) => {
    let asked = 0;
    const broker = await strangeBroker((frame, socket) => {
      asked++;
      socket.write(answer(frame.readInt32BE(4), 2_000));
    }, network);
    const listen = { host: HOST, port: 0 };
    const proxy = createKafkaFaultProxy({ network, clock, upstream: broker, listen });
    await proxy.start();
    const client = dial(proxy.bootstrap, network);
    client.socket.pause();
    const count = 200;
    for (let i = 0; i < count; i++) client.socket.write(request(i));
    await settled();
    // Two megabytes each: what fits on the way is far less than four hundred.
    expect(asked).toBeWithin(2, 30);
    client.socket.resume();
    await settled();
    expect(client.frames.map((frame) => frame.readInt32BE(0))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    await outcome(proxy.stop());
  }));

describe("streams that are cut anywhere", () => {
  test("requests are answered in order all the same", async () => {
    const { broker } = await brokerRig();
    const [node] = broker.nodes;
    if (!node) throw new Error("a broker has a node");
    const { proxy, logged } = await proxyBefore(node);
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 20 }), async (cuts, count) => {
        const client = dial(proxy.bootstrap);
        const stream = Buffer.concat(
          Array.from({ length: count }, (_, i) => {
            const header = { correlationId: i, clientId: "c" };
            if (i % 3 === 0) return encodeRequest(APIS.Metadata, i % 9, header, metadataRequest(["t"]));
            if (i % 3 === 1) return encodeRequest(APIS.FindCoordinator, 2, header, { key: "g", keyType: 0 });
            return encodeRequest(APIS.ApiVersions, i % 3, header, {});
          }),
        );
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          client.socket.write(stream.subarray(at, at + size));
          at += size;
        }
        await eventually(() => client.frames.length === count || client.isClosed);
        client.socket.destroy();
        expect(client.frames.map((frame) => frame.readInt32BE(0))).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
      }),
      { numRuns: 25 },
    );
    expect(logged.filter(({ level }) => level !== "debug")).toEqual([]);
  }, 60_000);

  test("and one that is garbage from some point on ends its own connection, and no other", async () => {
    const { broker } = await brokerRig();
    const [node] = broker.nodes;
    if (!node) throw new Error("a broker has a node");
    const { proxy } = await proxyBefore(node);
    const good = dial(proxy.bootstrap);
    let asked = 0;
    const valid = encodeRequest(
      APIS.Metadata,
      8,
      { correlationId: 1, clientId: "c" },
      metadataRequest(["t"]),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(valid.length - 1), async (garbage, cut) => {
        const bad = dial(proxy.bootstrap);
        bad.socket.write(Buffer.concat([valid.subarray(0, cut), garbage]));
        bad.socket.end();
        await eventually(() => bad.isClosed);
        good.socket.write(request(++asked));
        await eventually(() => good.frames.length === asked);
      }),
      { numRuns: 60 },
    );
    expect(good.isClosed).toBe(false);
  }, 60_000);
});
