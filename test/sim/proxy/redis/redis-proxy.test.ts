// What the proxy does to single commands, seen byte by byte: order, what is held and cut, and connections on which answers
// cannot be told apart.

import { describe, expect, test } from "bun:test";
import { createRedisFaultProxy, type RedisFaultProxy } from "../../../../sim/proxy/redis/redis-proxy.ts";
import { createRedisServer } from "../../../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../../../sim/verify/virtual-world.ts";
import type { StreamSocket } from "../../../../src/runtime/network.ts";
import { keepingLog, type LogLine } from "../../../support/keeping-log.ts";

interface Rig {
  readonly world: VirtualWorld;
  readonly proxy: RedisFaultProxy;
  readonly logged: readonly LogLine[];
  connect(): Wire;
}

interface Wire {
  readonly socket: StreamSocket;
  readonly text: string;
  readonly closed: boolean;
  /** Command lines, sent in one piece. */
  send(...commands: readonly string[]): void;
}

function encode(command: string): string {
  const words = command.split(" ");
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** Before the embedded Redis, or before `behind`, which gets each piece of data that comes. */
function inRig(
  live: (rig: Rig) => Promise<void>,
  behind?: (chunk: string, socket: StreamSocket) => void,
): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, outcome } = world;
    const host = "127.0.0.1";
    const redis = createRedisServer({ network, clock });
    await redis.start();
    const strange = await network.listen(host, 0, (socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => behind?.(chunk.toString("latin1"), socket));
    });
    const logged: LogLine[] = [];
    const proxy = createRedisFaultProxy({
      network,
      clock,
      log: keepingLog(logged),
      upstream: behind ? strange : redis,
      listen: { host, port: 0 },
    });
    await proxy.start();
    const connect = () => {
      const socket = network.dial({ host, port: proxy.port }, () => {});
      const wire = {
        socket,
        text: "",
        closed: false,
        send: (...commands: readonly string[]) => void socket.write(commands.map(encode).join("")),
      };
      socket.on("data", (chunk: Buffer) => {
        wire.text += chunk.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        wire.closed = true;
      });
      return wire;
    };
    await live({ world, proxy, logged, connect });
    await outcome(Promise.all([proxy.stop(), redis.stop(), strange.close()]));
    await world.settled();
    expect(clock.pendingCount).toBe(0);
  });
}

const OOM = { kind: "error", error: "OOM not now" } as const;

describe("commands of one connection", () => {
  test("are answered in order, whoever answers", () =>
    inRig(async ({ world, proxy, connect }) => {
      const rule = proxy.control("set", () => OOM);
      const wire = connect();
      wire.send("GET a", "SET a 1", "PING", "SET b 1", "ECHO x");
      await world.settled();
      expect(wire.text).toBe("$-1\r\n-OOM not now\r\n+PONG\r\n-OOM not now\r\n$1\r\nx\r\n");
      expect(rule.hits).toBe(2);
    }));

  test("that come behind one that is late wait for it", () =>
    inRig(async ({ world, proxy, connect }) => {
      proxy.control("GET", () => ({ kind: "delay", delayMs: 100 }), { times: 1 });
      const [wire, other] = [connect(), connect()];
      wire.send("PING", "GET a", "ECHO x");
      await world.advance(99);
      expect(wire.text).toBe("+PONG\r\n");
      other.send("SET a 1");
      await world.advance(1);
      // It was only then that it went on.
      expect(wire.text).toBe("+PONG\r\n$1\r\n1\r\n$1\r\nx\r\n");
    }));

  test("that are late only in their answers are done at once", () =>
    inRig(async ({ world, proxy, connect }) => {
      proxy.control("SET", () => ({ kind: "delay", delayMs: 100, stage: "response" }), { times: 1 });
      const [wire, other] = [connect(), connect()];
      wire.send("SET a 1", "PING");
      await world.settled();
      other.send("GET a");
      await world.settled();
      expect([wire.text, other.text]).toEqual(["", "$1\r\n1\r\n"]);
      await world.advance(100);
      expect(wire.text).toBe("+OK\r\n+PONG\r\n");
    }));

  test("that hang are never answered, nor what is behind, done or not", () =>
    inRig(async ({ world, proxy, connect }) => {
      const [before, after, other] = [connect(), connect(), connect()];
      const rules = [
        proxy.control("SET", ({ args }) => (`${args[0]}` === "a" ? { kind: "hang" } : { kind: "pass" })),
        proxy.control("SET", ({ args }) =>
          `${args[0]}` === "b" ? { kind: "hang", stage: "response" } : { kind: "pass" },
        ),
      ];
      before.send("PING", "SET a 1", "PING");
      after.send("PING", "SET b 1", "PING");
      await world.advance(3_600_000);
      for (const rule of rules) rule.remove();
      await world.settled();
      other.send("EXISTS a", "EXISTS b");
      await world.settled();
      expect([before.text, after.text, other.text]).toEqual(["+PONG\r\n", "+PONG\r\n", ":0\r\n:1\r\n"]);
    }));

  test("that are dropped end the connection when all before are answered, done or not", () =>
    inRig(async ({ world, proxy, connect }) => {
      proxy.control("SET", ({ args }) => {
        if (`${args[0]}` === "a") return { kind: "drop" };
        return { kind: "drop", stage: "response" };
      });
      const [before, after, other] = [connect(), connect(), connect()];
      before.send("PING", "SET a 1", "PING");
      after.send("PING", "SET b 1", "PING");
      await world.settled();
      expect([before.closed, after.closed]).toEqual([true, true]);
      expect([before.text, after.text]).toEqual(["+PONG\r\n", "+PONG\r\n"]);
      other.send("EXISTS a", "EXISTS b");
      await world.settled();
      expect(other.text).toBe(":0\r\n:1\r\n");
    }));
});

describe("answers that nobody asked for", () => {
  const message = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n";

  test("pass between others in the third version of the protocol, and take nobody's place", () =>
    inRig(
      async ({ world, proxy, connect }) => {
        proxy.control("SET", () => OOM);
        const wire = connect();
        wire.send("PING", "SET a 1");
        await world.settled();
        expect(wire.text).toBe(`${message}+PONG\r\n-OOM not now\r\n`);
      },
      (_chunk, socket) => void socket.write(`${message}+PONG\r\n`),
    ));

  test("pass on a connection that subscribes, where no command's answer is awaited any more", () => {
    let server: StreamSocket | null = null;
    const confirmed = (channel: string, count: number) =>
      `*3\r\n$9\r\nsubscribe\r\n$1\r\n${channel}\r\n:${count}\r\n`;
    return inRig(
      async ({ world, proxy, connect }) => {
        proxy.control("SET", () => OOM);
        const wire = connect();
        wire.send("SUBSCRIBE a b");
        await world.settled();
        server?.write("*3\r\n$7\r\nmessage\r\n");
        await world.settled();
        // In the middle of a message, behind which the refusal has to wait.
        wire.send("SET a 1");
        await world.settled();
        server?.write("$1\r\na\r\n$1\r\nx\r\n");
        await world.settled();
        const message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n";
        expect(wire.text).toBe(`${confirmed("a", 1)}${confirmed("b", 2)}${message}-OOM not now\r\n`);
      },
      (_chunk, socket) => {
        server = socket;
        socket.write(confirmed("a", 1) + confirmed("b", 2));
      },
    );
  });

  test("end any other connection, with a line in the log", () =>
    inRig(
      async ({ world, connect, logged }) => {
        const wire = connect();
        wire.send("PING");
        await world.settled();
        expect(wire.closed).toBe(true);
        expect(logged.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual([
          "redis connection closed after a bad answer",
        ]);
      },
      (_chunk, socket) => void socket.write("+PONG\r\n+PONG\r\n"),
    ));
});

describe("both sides", () => {
  test("wait for each other: what a client does not read is not taken from Redis", () => {
    let writer: StreamSocket | null = null;
    return inRig(
      async ({ world, connect }) => {
        const wire = connect();
        wire.socket.pause();
        wire.send("GET a");
        await world.settled();
        expect(writer?.writableLength).toBeGreaterThan(20_000_000);
        wire.socket.resume();
        await world.settled();
        expect(wire.text.length).toBe(32_000_000 + "$32000000\r\n\r\n".length);
        expect(writer?.writableLength).toBe(0);
      },
      (_chunk, socket) => {
        writer = socket;
        socket.write(`$32000000\r\n${"x".repeat(32_000_000)}\r\n`);
      },
    );
  });

  test("lose the connection together, and the last answers arrive", () =>
    inRig(
      async ({ world, connect }) => {
        const wire = connect();
        wire.send("QUIT");
        await world.settled();
        expect([wire.text, wire.closed]).toEqual(["+OK\r\n", true]);
      },
      (_chunk, socket) => void socket.end("+OK\r\n"),
    ));

  test("hear of bytes that are no request: the client as Redis would say it", () =>
    inRig(async ({ world, connect, logged }) => {
      const wire = connect();
      wire.socket.write("*1\r\n:5\r\n");
      await world.settled();
      expect([wire.text, wire.closed]).toEqual(["-ERR Protocol error: expected '$', got ':'\r\n", true]);
      expect(logged.map(({ msg }) => msg)).toContain("redis connection closed after a bad request");
    }));
});
