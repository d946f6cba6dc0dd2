import { describe, expect, test } from "bun:test";
import { encodeRequest } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";
import { brokerRig, metadataRequest, produce } from "./broker-rig.ts";

const header = { correlationId: 1, clientId: "wire" };

describe("bytes that are not a request", () => {
  const cases: Readonly<Record<string, string>> = {
    "a frame of 2 GiB": "7fffffff",
    "a negative length": "fffffffe",
    "an unknown API": "0000000a03e7000000000001ffff",
    "a version that is not spoken": "0000000a0003006300000001ffff",
    "a header that ends too early": "000000020003",
    "a body that ends too early": "0000000c0003000800000001ffff0000",
    "a text protocol": Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex"),
  };
  for (const [title, hex] of Object.entries(cases)) {
    test(`end the connection, and only that: ${title}`, async () => {
      const { connect } = await brokerRig();
      const bad = await connect();
      bad.send(Buffer.from(hex, "hex"));
      await bad.closed;
      const good = await connect();
      expect((await good.call(APIS.ApiVersions, 2, {})).errorCode).toBe(0);
    });
  }
});

describe("requests on one connection", () => {
  test("are answered in order when they come in one piece, or byte by byte", async () => {
    const { connect } = await brokerRig();
    const wire = await connect();
    const requests = [3, 4, 5].map((correlationId) =>
      encodeRequest(APIS.Metadata, 8, { ...header, correlationId }, metadataRequest([])),
    );
    const answers = [
      wire.exchange(Buffer.concat(requests)),
      wire.exchange(Buffer.alloc(0)),
      wire.exchange(Buffer.alloc(0)),
    ];
    expect((await Promise.all(answers)).map((frame) => frame.readInt32BE(0))).toEqual([3, 4, 5]);
    const [first = Buffer.alloc(0)] = requests;
    for (const byte of first.subarray(0, -1)) wire.send(Buffer.from([byte]));
    expect((await wire.exchange(first.subarray(-1))).readInt32BE(0)).toBe(3);
  });

  test("are all answered when hundreds are sent without waiting", async () => {
    const { broker, connect } = await brokerRig();
    broker.createTopic("t");
    const wire = await connect();
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => produce(wire, "t", [`v${i}`])));
    expect(answers.map(([partition]) => partition?.baseOffset)).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  test("are not read without end while one waits, and all are answered when it is done", async () => {
    let pauses = 0;
    const network: Network = {
      ...systemNetwork,
      listen: (host, port, onConnection) =>
        systemNetwork.listen(host, port, (socket) => {
          const pause = socket.pause.bind(socket);
          socket.pause = () => {
            pauses++;
            return pause();
          };
          onConnection(socket);
        }),
    };
    const { broker, clock, connect } = await brokerRig({ network });
    broker.createTopic("t");
    broker.control("Produce", () => ({ kind: "delay", delayMs: 1_000 }), { times: 1 });
    const wire = await connect();
    const answers = Array.from({ length: 500 }, (_, i) => produce(wire, "t", [`v${i}`]));
    await produce(await connect(), "t", ["elsewhere"]);
    clock.advance(1_000);
    expect((await Promise.all(answers)).map(([partition]) => partition?.errorCode)).toEqual(
      answers.map(() => 0),
    );
    expect(pauses).toBeGreaterThan(0);
    expect((await produce(wire, "t", ["after"]))[0]?.baseOffset).toBe(501);
  });
});
