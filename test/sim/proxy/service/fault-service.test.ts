// The fault proxy as a service: asked over HTTP, it breaks what clients of Kafka and Redis see, and puts it right again.

import { afterEach, describe, expect, test } from "bun:test";
import { FaultService, type FaultServiceOptions } from "../../../../sim/proxy/service/fault-service.ts";
import { createRedisServer } from "../../../../sim/redis/server.ts";
import { APIS } from "../../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../../src/kafka-protocol/error-codes.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { serveHttp } from "../../../../src/runtime/serve.ts";
import { keepingLog, type LogLine } from "../../../support/keeping-log.ts";
import { brokerRig, metadataRequest, produce } from "../../broker/broker-rig.ts";
import { connectWire } from "../../broker/wire-client.ts";
import { NAMES } from "../../faults/stage-rig.ts";

const HERE = { host: "127.0.0.1", port: 0 };
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function serviceRig(options: Partial<FaultServiceOptions> = {}) {
  const { broker } = await brokerRig({ clock: systemClock });
  const redis = createRedisServer({ network: systemNetwork, clock: systemClock });
  await redis.start();
  endings.push(() => redis.stop());
  const [node] = broker.nodes;
  if (!node) throw new Error("a broker has a node");
  const logged: LogLine[] = [];
  const service = new FaultService({
    network: systemNetwork,
    clock: systemClock,
    random: seededRandom(1),
    log: keepingLog(logged),
    serve: serveHttp,
    kafka: { upstream: node, listen: HERE, advertisedHost: null },
    redis: { upstream: redis, listen: HERE },
    control: HERE,
    adminToken: null,
    names: NAMES,
    ...options,
  });
  await service.start();
  endings.push(() => service.stop());
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = { method, headers, ...(body === undefined ? {} : { body: text }) };
    const response = await fetch(`http://${service.control}${path}`, init);
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
  };
  return { service, broker, redis, logged, call };
}

/** An answer, as far as tests look into it. */
type Json = Readonly<Record<string, unknown>>;

describe("faults over HTTP", () => {
  test("are put in force, shown with their hits, and cleared one by one", async () => {
    const { service, call, logged } = await serviceRig();
    expect((await call("GET", "/healthz")).json).toEqual({ status: "alive" });
    const made = await call("POST", "/faults", { fault: "metadata-errors" });
    expect([made.status, made.json]).toEqual([
      201,
      {
        id: "f1",
        fault: "metadata-errors",
        params: { error: "LEADER_NOT_AVAILABLE" },
        since: expect.stringMatching(/^20.*Z$/),
        hits: 0,
      },
    ]);
    const wire = await connectWire(service.bootstrap ?? "");
    const code = async () =>
      (await wire.call(APIS.Metadata, 8, metadataRequest([NAMES.topic]))).topics[0]?.errorCode;
    expect(await code()).toBe(KAFKA_ERRORS.LEADER_NOT_AVAILABLE);
    expect((await call("GET", "/faults")).json.faults).toMatchObject([{ id: "f1", hits: 1 }]);
    expect((await call("DELETE", "/faults/f1")).json).toMatchObject({ id: "f1", hits: 1 });
    expect(await code()).toBe(KAFKA_ERRORS.NONE);
    expect((await call("GET", "/faults")).json.faults).toEqual([]);
    expect((await call("DELETE", "/faults/f1")).status).toBe(404);
    wire.close();
    expect(logged.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual([
      "fault proxy: for drills, not for production",
      "fault put in force",
      "fault cleared",
    ]);
  });

  test("of broker, Redis and links are there, and no others", async () => {
    const { call } = await serviceRig();
    const { available } = (await call("GET", "/faults")).json;
    for (const name of ["broker-outage", "redis-evict", "network-half-open"])
      expect(available).toContain(name);
    for (const name of ["slow-client", "process-kill", "target-vanished", "sequence-gap"]) {
      expect(available).not.toContain(name);
      expect((await call("POST", "/faults", { fault: name })).status).toBe(400);
    }
  });

  test("are all cleared at once, and at the end", async () => {
    const { service, call, redis } = await serviceRig();
    await call("POST", "/faults", { fault: "redis-down" });
    await call("POST", "/faults", { fault: "broker-outage" });
    const cleared = await call("DELETE", "/faults");
    expect(cleared.json.cleared).toMatchObject([{ fault: "broker-outage" }, { fault: "redis-down" }]);
    const wire = await connectWire(service.bootstrap ?? "");
    expect((await produce(wire, NAMES.topic, ["v"]))[0]?.errorCode).toBe(
      KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION,
    );
    wire.close();
    await call("POST", "/faults", { fault: "redis-hang" });
    expect(await service.stop()).toBe(1);
    expect(redis.port).toBeGreaterThan(0);
  });

  const wrong: Readonly<Record<string, readonly [body: unknown, status: number, error: string]>> = {
    "no JSON": ["fault=redis-hang", 400, 'body: "fault=redis-hang", expected'],
    "no name": [{ params: {} }, 400, "expected"],
    "a key too many": [{ fault: "redis-hang", for: 3 }, 400, "expected"],
    "an unknown fault": [{ fault: "redis-han" }, 400, "did you mean redis-hang?"],
    "a value that it cannot have": [
      { fault: "redis-latency", params: { delay_ms: -1 } },
      400,
      "delay_ms: -1 given, expected a number above 0",
    ],
    "a link without a proxy": [
      { fault: "network-reset", params: { link: "websocket" } },
      400,
      "needs a proxy on the link websocket",
    ],
    "a body without end": ["x".repeat(100_000), 413, "larger than"],
  };
  test.each(Object.entries(wrong))("are refused with a reason: %s", async (_, [body, status, error]) => {
    const { call } = await serviceRig();
    const answer = await call("POST", "/faults", body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toContain(error);
    expect((await call("GET", "/faults")).json.faults).toEqual([]);
  });

  test("are not put in force twice", async () => {
    const { call } = await serviceRig();
    await call("POST", "/faults", { fault: "redis-hang" });
    const again = await call("POST", "/faults", { fault: "redis-hang" });
    expect([again.status, again.json.error]).toEqual([409, "fault redis-hang: is in force already, as f1"]);
  });

  test("know which methods there are, and which paths", async () => {
    const { call } = await serviceRig();
    const put = await call("PUT", "/faults");
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, DELETE"]);
    expect((await call("GET", "/faults/f1")).status).toBe(405);
    expect((await call("POST", "/healthz")).status).toBe(405);
    expect((await call("GET", "/nothing")).status).toBe(404);
  });

  test("are for whoever has the token, if there is one; that it lives is told to all", async () => {
    const { call } = await serviceRig({ adminToken: "secret" });
    expect((await call("GET", "/healthz")).status).toBe(200);
    expect((await call("GET", "/faults")).status).toBe(401);
    expect((await call("POST", "/faults", { fault: "redis-hang" })).status).toBe(401);
    expect((await call("GET", "/faults", undefined, { authorization: "Bearer secret" })).status).toBe(200);
  });

  test("without a token are not for web pages on this machine", async () => {
    const { call } = await serviceRig();
    const asked = await call("POST", "/faults", { fault: "redis-hang" }, { origin: "http://127.0.0.1" });
    expect(asked.status).toBe(403);
  });

  test("that Kafka keeps from taking are answered with the reason, and are not in force", async () => {
    const { call, broker } = await serviceRig();
    await broker.down();
    const asked = await call("POST", "/faults", { fault: "group-rebalance" });
    expect([asked.status, asked.json.error]).toEqual([502, expect.stringContaining("is lost")]);
    expect((await call("GET", "/faults")).json.faults).toEqual([]);
  });
});

describe("a service that cannot have a port", () => {
  test("fails with the reason, and leaves nothing open", async () => {
    const taken = await systemNetwork.listen("127.0.0.1", 0, () => {});
    endings.push(() => taken.close());
    const control = { host: "127.0.0.1", port: taken.port };
    await expect(serviceRig({ control })).rejects.toThrow(`cannot listen on 127.0.0.1:${taken.port}`);
  });
});
