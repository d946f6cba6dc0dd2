// The client against the embedded server and a real Redis: it attaches whenever Redis is there, says what failed, and
// leaves nothing behind.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedisServer } from "../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../sim/verify/virtual-world.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createRedisClient, type RedisClient } from "../../src/stream/redis-client.ts";
import type { RedisSettings } from "../../src/stream/redis-settings.ts";
import { type StartTarget, startEmbedded, startReal, type Target } from "../sim/redis/conformance/target.ts";
import { makeCertificate } from "../support/certificate.ts";
import { countingNetwork } from "../support/counting-network.ts";
import { DENO, describeReal } from "../support/real-components.ts";
import { type RealRedis, startRedis } from "../support/redis/start-redis.ts";
import { Reports } from "./stream-rig.ts";

/** A client with everything it reports kept. */
function client(settings: RedisSettings) {
  const network = countingNetwork();
  const reports = new Reports();
  const errors: string[] = [];
  let connections = 0;
  const redis = createRedisClient({
    settings,
    network,
    clock: systemClock,
    random: seededRandom(1),
    name: "tester",
    onConnected: () => {
      connections++;
      reports.changed();
    },
    onConnectionError: ({ code, cause }) => {
      errors.push(`${code}: ${cause instanceof Error ? cause.message : cause}`);
      reports.changed();
    },
  });
  return {
    redis,
    errors,
    network,
    connected: (count = 1) => reports.until(() => connections >= count && redis.connected),
    failed: (count = 1) => reports.until(() => errors.length >= count),
  };
}

function behavesAsClient(start: StartTarget): void {
  let target: Target;
  const open: RedisClient[] = [];
  beforeAll(async () => {
    target = await start();
  });
  afterEach(() => {
    for (const redis of open.splice(0)) redis.close();
  });
  afterAll(() => target.stop());

  function connect(settings: Partial<RedisSettings> = {}) {
    const created = client({ host: target.host, port: target.port, ...settings });
    open.push(created.redis);
    return created;
  }

  test("commands are answered once it is connected, and fail at once before", async () => {
    const { redis, connected, errors } = connect();
    expect(redis.connected).toBe(false);
    await expect(redis.commands.get("a")).rejects.toThrow("isn't writeable");
    await connected();
    expect(await redis.commands.set("a", "1")).toBe("OK");
    expect(await redis.commands.client("GETNAME")).toBe("tester");
    expect(errors).toEqual([]);
  });

  test("the database of the settings is the one that is used", async () => {
    const [third, first] = [connect({ database: 3 }), connect()];
    await Promise.all([third.connected(), first.connected()]);
    await third.redis.commands.set("only in 3", "1");
    expect(await first.redis.commands.exists("only in 3")).toBe(0);
    expect(await third.redis.commands.exists("only in 3")).toBe(1);
  });

  test("a database that is not there is said and not replaced by another", async () => {
    const { redis, failed, errors } = connect({ database: 99 });
    await failed(2);
    expect(errors[0]).toBe("redis_unreachable: ERR DB index is out of range");
    expect(redis.connected).toBe(false);
  });

  test("a Redis that goes and comes back is found again, as often as it likes", async () => {
    const { redis, connected, failed, errors } = connect();
    await connected();
    for (let round = 1; round <= 2; round++) {
      await target.down();
      await failed(2 * round);
      expect(redis.connected).toBe(false);
      await expect(redis.commands.get("a")).rejects.toThrow();
      await target.up();
      await connected(round + 1);
      expect(await redis.commands.set("a", String(round))).toBe("OK");
    }
    expect(errors.every((error) => error.startsWith("redis_unreachable: "))).toBe(true);
  });

  test("a Redis that is absent at the start is attached when it comes", async () => {
    await target.down();
    const { redis, connected, failed, errors } = connect();
    await failed(2);
    expect(errors[0]).toMatch(/ECONNREFUSED|connect/i);
    await target.up();
    await connected();
    expect(await redis.commands.ping()).toBe("PONG");
  });

  test("closing ends the connection at once, commands under way fail, and it does not come back", async () => {
    const { redis, connected, network, errors } = connect();
    await connected();
    expect(network.openSockets).toBe(1);
    const underWay = redis.commands.get("a");
    redis.close();
    await expect(underWay).rejects.toThrow("Connection is closed.");
    await expect(redis.commands.get("a")).rejects.toThrow("Connection is closed.");
    expect([network.openSockets, redis.connected, errors]).toEqual([0, false, []]);
  });

  test("a wrong password is said, with each attempt, and a right one is let in", async () => {
    const secured = await start({ password: "s3cret" });
    const { host, port } = secured;
    const right = client({ host, port, password: "s3cret" });
    await right.connected();
    const user = client({ host, port, username: "default", password: "s3cret" });
    await user.connected();
    const wrong = client({ host, port, password: "guess" });
    const none = client({ host, port });
    await Promise.all([wrong.failed(2), none.failed(2)]);
    expect(wrong.errors[0]).toStartWith("redis_unreachable: WRONGPASS");
    expect(none.errors[0]).toStartWith("redis_unreachable: NOAUTH");
    expect([wrong.redis.connected, none.redis.connected]).toEqual([false, false]);
    for (const { redis } of [right, user, wrong, none]) redis.close();
    await secured.stop();
  });
}

describe("a client of the embedded server", () => behavesAsClient(startEmbedded));

describeReal("redis-server", "a client of a real Redis", () => behavesAsClient(startReal));

describeReal(["redis-server", "openssl"], "a Redis that speaks TLS", () => {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-redis-tls-"));
  const { certificate, key } = makeCertificate(dir);
  let redis: RealRedis;
  beforeAll(async () => {
    redis = await startRedis({ password: "s3cret", tls: { cert: certificate, key } });
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(dir, { recursive: true });
  });

  test("is used if the authority of its certificate is given, and refused if not", async () => {
    const settings = { host: redis.host, port: redis.port, password: "s3cret", tls: true };
    const trusting = client({ ...settings, tlsCa: readFileSync(certificate, "utf8") });
    await trusting.connected();
    expect(await trusting.redis.commands.ping()).toBe("PONG");
    const doubting = client(settings);
    await doubting.failed();
    expect(doubting.errors[0]).toMatch(/^redis_unreachable: .*(self.signed|SELF_SIGNED|certificate)/i);
    for (const one of [trusting, doubting]) one.redis.close();
  });
});

describeReal("deno", "on Deno", () => {
  test("a client connects, finds its Redis again, and ends", async () => {
    const target = await startEmbedded();
    const program = new URL("./redis-client-program.ts", import.meta.url).pathname;
    const child = Bun.spawn(
      [DENO, "run", "-A", "--no-remote", "--node-modules-dir=manual", program, String(target.port)],
      { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
    );
    const lines = (async function* () {
      let rest = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        const complete = `${rest}${chunk}`.split("\n");
        rest = complete.pop() ?? "";
        yield* complete;
      }
    })();
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe("connected");
    expect(await next()).toBe("PONG");
    await target.down();
    expect(await next()).toStartWith("failed: no connection to Redis");
    await target.up();
    let line = await next();
    while (line?.startsWith("failed")) line = await next();
    expect([line, await next()]).toEqual(["connected", "PONG"]);
    child.stdin.end();
    // By itself: nothing is left that would hold it.
    expect(await child.exited).toBe(0);
    await target.stop();
  }, 30_000);
});

describe("in virtual time", () => {
  const world = <T>(live: (world: VirtualWorld) => Promise<T>) =>
    runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, live);

  function virtualClient({ network, clock, random }: VirtualWorld, port: number) {
    const failures: number[] = [];
    let connections = 0;
    const redis = createRedisClient({
      settings: { host: "127.0.0.1", port },
      network,
      clock,
      random,
      onConnected: () => connections++,
      onConnectionError: () => failures.push(clock.monotonicMs()),
    });
    return { redis, failures, connections: () => connections };
  }

  test("attempts go on for ever, with pauses of 250 ms that grow to 5 s and are never quite equal", async () => {
    const failures = await world(async (here) => {
      const { redis, failures } = virtualClient(here, 6379);
      await here.advance(10 * 60_000);
      redis.close();
      return failures;
    });
    const pauses = failures.slice(1).map((atMs, index) => atMs - (failures[index] ?? 0));
    expect(pauses[0]).toBeWithin(200, 251);
    expect(pauses[3]).toBeWithin(1_600, 2_001);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(Math.min(...pauses.slice(5))).toBeGreaterThanOrEqual(4_000);
    expect(new Set(pauses).size).toBe(pauses.length);
    expect(failures.length).toBeGreaterThan(120);
  });

  test("after a connection that stood the pauses begin anew", async () => {
    await world(async (here) => {
      const server = createRedisServer(here);
      await server.start();
      await server.down();
      const { redis, failures } = virtualClient(here, server.port);
      await here.advance(30_000);
      await here.outcome(server.up());
      await here.advance(6_000);
      expect(redis.connected).toBe(true);
      const before = failures.length;
      await here.outcome(server.down());
      await here.advance(300);
      expect(failures.length).toBe(before + 2);
      redis.close();
      await here.outcome(server.stop());
    });
  });

  test("a connection on which nothing comes back is given up after 5 s, with its commands, and made anew", async () => {
    await world(async (here) => {
      const server = createRedisServer(here);
      await server.start();
      const { redis, connections, failures } = virtualClient(here, server.port);
      await here.advance(10);
      expect(redis.connected).toBe(true);
      const hang = server.control("GET", () => ({ kind: "hang" }));
      const started = here.clock.monotonicMs();
      const failure = redis.commands.get("a").then(
        () => null,
        (error: Error) => `${error.message} ${here.clock.monotonicMs() - started}`,
      );
      await here.advance(6_000);
      expect(await failure).toBe("Connection is closed. 5000");
      hang.remove();
      expect([connections(), failures.length]).toEqual([2, 1]);
      expect(await here.outcome(redis.commands.get("a"))).toBeNull();
      redis.close();
      await here.outcome(server.stop());
    });
  });

  test("a Redis that accepts and says nothing is not connected, and is tried again", async () => {
    await world(async (here) => {
      const server = createRedisServer(here);
      await server.start();
      const silence = server.control("*", () => ({ kind: "hang" }));
      const { redis, failures } = virtualClient(here, server.port);
      await here.advance(30_000);
      expect(redis.connected).toBe(false);
      expect(failures.length).toBeGreaterThan(2);
      silence.remove();
      await here.advance(15_000);
      expect(redis.connected).toBe(true);
      redis.close();
      await here.outcome(server.stop());
    });
  });

  test.each([
    ["while it is connected", 100],
    ["while it connects", 0],
    ["between two attempts", -1],
  ])("closing %s leaves neither socket nor timer", async (_, afterMs) => {
    await world(async (here) => {
      const server = createRedisServer(here);
      await server.start();
      const port = server.port;
      if (afterMs < 0) await server.stop();
      const { redis } = virtualClient(here, port);
      if (afterMs !== 0) await here.advance(Math.abs(afterMs));
      redis.close();
      if (afterMs >= 0) await here.outcome(server.stop());
      await here.settled();
      expect(here.clock.pendingCount).toBe(0);
    });
  });
});
