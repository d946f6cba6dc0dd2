// What the embedded server has beyond a real one: faults on command, expiry on the given clock, and its limits.

import { describe, expect, test } from "bun:test";
import { createRedisServer, type RedisServer, type RedisServerOptions } from "../../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import type { StreamSocket } from "../../../src/runtime/network.ts";

interface Wire {
  readonly socket: StreamSocket;
  /** What came since the last call. */
  text(): string;
  send(...commands: readonly string[]): void;
  readonly closed: () => boolean;
}

/** A command line as a client sends it. */
function encode(command: string): string {
  const words = command.split(" ");
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

function dial({ network }: VirtualWorld, port: number): Wire {
  const socket = network.dial({ host: "127.0.0.1", port }, () => {});
  let received = "";
  let isClosed = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  return {
    socket,
    text() {
      const text = received;
      received = "";
      return text;
    },
    send: (...commands) => void socket.write(commands.map(encode).join("")),
    closed: () => isClosed,
  };
}

function inWorld(
  live: (world: VirtualWorld, server: RedisServer, wire: Wire) => Promise<void>,
  options: Partial<RedisServerOptions> = {},
): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const server = createRedisServer({ ...world, ...options });
    await server.start();
    const wire = dial(world, server.port);
    await live(world, server, wire);
    await world.outcome(server.stop());
    await world.settled();
    expect(world.clock.pendingCount).toBe(0);
  });
}

describe("faults", () => {
  test("an error replaces the answer of the command that it names, so often as it is told", async () => {
    await inWorld(async (world, server, wire) => {
      const rule = server.control("set", () => ({ kind: "error", error: "OOM no memory" }), { times: 1 });
      wire.send("SET a 1", "GET a", "SET a 2", "GET a");
      await world.settled();
      expect(wire.text()).toBe("-OOM no memory\r\n$-1\r\n+OK\r\n$1\r\n2\r\n");
      expect(rule.hits).toBe(1);
    });
  });

  test("a delay is that of a slow network: commands that came together are late together, and in order", async () => {
    await inWorld(async (world, server, wire) => {
      const rule = server.control("*", () => ({ kind: "delay", delayMs: 50 }));
      wire.send("SET a 1", "GET a", "ECHO done");
      await world.advance(49);
      expect(wire.text()).toBe("");
      await world.advance(1);
      expect(wire.text()).toBe("+OK\r\n$1\r\n1\r\n$4\r\ndone\r\n");
      rule.remove();
      wire.send("GET a");
      await world.settled();
      expect(wire.text()).toBe("$1\r\n1\r\n");
    });
  });

  test("a command whose delay is over at once is answered after those before it", async () => {
    await inWorld(async (world, server, wire) => {
      server.control("GET", () => ({ kind: "delay", delayMs: 0 }));
      wire.send("SET a 1", "GET a", "ECHO done");
      await world.settled();
      expect(wire.text()).toBe("+OK\r\n$1\r\n1\r\n$4\r\ndone\r\n");
    });
  });

  test("a hanging command is not done, nor answered, nor anything behind it; other connections go on", async () => {
    await inWorld(async (world, server, wire) => {
      const rule = server.control("SET", () => ({ kind: "hang" }), { times: 1 });
      wire.send("ECHO before", "SET a 1", "ECHO after");
      await world.advance(60_000);
      expect(wire.text()).toBe("$6\r\nbefore\r\n");
      rule.remove();
      const other = dial(world, server.port);
      other.send("EXISTS a", "SET a 2");
      await world.settled();
      expect(other.text()).toBe(":0\r\n+OK\r\n");
    });
  });

  test.each([
    ["request", ":0\r\n"],
    ["response", ":1\r\n"],
  ] as const)("a connection dropped at the %s leaves the command undone or done", async (stage, exists) => {
    await inWorld(async (world, server, wire) => {
      server.control("SET", () => ({ kind: "drop", stage }), { times: 1 });
      wire.send("SET a 1");
      await world.settled();
      expect([wire.closed(), wire.text()]).toEqual([true, ""]);
      const other = dial(world, server.port);
      other.send("EXISTS a");
      await world.settled();
      expect(other.text()).toBe(exists);
    });
  });

  test("a delayed answer is that of the moment at which the command was done", async () => {
    await inWorld(async (world, server, wire) => {
      server.control("GET", () => ({ kind: "delay", delayMs: 100, stage: "response" }));
      wire.send("SET a 1", "GET a");
      await world.advance(50);
      const other = dial(world, server.port);
      other.send("SET a 2");
      await world.advance(50);
      expect(wire.text()).toBe("+OK\r\n$1\r\n1\r\n");
    });
  });

  test("a rule may look at the arguments, and passes what it does not want", async () => {
    await inWorld(async (world, server, wire) => {
      const rule = server.control("GET", ({ args: [key] }) =>
        String(key) === "b" ? { kind: "error", error: "ERR not that one" } : { kind: "pass" },
      );
      wire.send("GET a", "GET b");
      await world.settled();
      expect(wire.text()).toBe("$-1\r\n-ERR not that one\r\n");
      expect(rule.hits).toBe(1);
    });
  });

  test("down cuts connections and refuses new ones, up serves the same data on the same port", async () => {
    await inWorld(async (world, server, wire) => {
      const { port } = server;
      server.control("GET", () => ({ kind: "delay", delayMs: 1_000 }));
      wire.send("SET a 1", "GET a");
      await world.settled();
      await world.outcome(server.down());
      await world.settled();
      expect([wire.closed(), wire.text()]).toEqual([true, "+OK\r\n"]);
      const refused = dial(world, port);
      await world.settled();
      expect(refused.closed()).toBe(true);
      await world.outcome(server.up());
      expect(server.port).toBe(port);
      const again = dial(world, port);
      again.send("MGET a");
      await world.settled();
      expect(again.text()).toBe("*1\r\n$1\r\n1\r\n");
    });
  });
});

test("keys expire on the given clock, and leave without being asked for", async () => {
  await inWorld(async (world, _, wire) => {
    wire.send("SET a 1 EX 10", "SETEX b 100 1", "SET c 1");
    await world.advance(9_999);
    wire.send("TTL a", "PTTL a", "GET a");
    await world.advance(1);
    wire.send("GET a", "TTL b", "DBSIZE");
    await world.advance(90_000);
    wire.send("DBSIZE", "TIME");
    await world.settled();
    const seconds = String((Date.UTC(2026, 0, 1) + 100_000) / 1000);
    expect(wire.text()).toBe(
      `+OK\r\n+OK\r\n+OK\r\n:0\r\n:1\r\n$1\r\n1\r\n$-1\r\n:90\r\n:2\r\n:1\r\n*2\r\n$10\r\n${seconds}\r\n$1\r\n0\r\n`,
    );
  });
});

test("a script that it does not know is refused, with a reason", async () => {
  await inWorld(async (world, _, wire) => {
    wire.send("EVAL return(1) 0", "SCRIPT LOAD return(1)");
    await world.settled();
    const [first = "", second = ""] = wire.text().split("\r\n");
    expect(first).toStartWith("-ERR this server runs no Lua, only the scripts that it knows; ");
    expect(second).toBe(first);
  });
});

test("scripts are known by the digest of their text, once they were loaded", async () => {
  const answer = { text: "return(42)", run: (keys: readonly Buffer[]) => [42, ...keys] };
  const digest = new Bun.CryptoHasher("sha1").update(answer.text).digest("hex");
  await inWorld(
    async (world, server, wire) => {
      wire.send(`EVALSHA ${digest} 0`, `SCRIPT LOAD ${answer.text}`, `EVALSHA ${digest.toUpperCase()} 1 k x`);
      wire.send(`SCRIPT EXISTS ${digest} 00`, `EVALSHA ${digest} 2 k`, `EVALSHA ${digest} -1 k`);
      await world.settled();
      expect(wire.text()).toBe(
        `-NOSCRIPT No matching script. Please use EVAL.\r\n$40\r\n${digest}\r\n*2\r\n:42\r\n$1\r\nk\r\n` +
          "*2\r\n:1\r\n:0\r\n-ERR Number of keys can't be greater than number of args\r\n-ERR Number of keys can't be negative\r\n",
      );
      // As a restart does.
      await world.outcome(server.down());
      await world.outcome(server.up());
      const other = dial(world, server.port);
      other.send(`SCRIPT EXISTS ${digest}`, `EVAL ${answer.text} 0`, `EVALSHA ${digest} 0`);
      await world.settled();
      expect(other.text()).toBe("*1\r\n:0\r\n*1\r\n:42\r\n*1\r\n:42\r\n");
    },
    { scripts: [answer] },
  );
});

describe("what is no request", () => {
  test.each([
    ["PING\r\n", "expected '*', got 'P'"],
    ["*1\r\nPING\r\n", "expected '$', got 'P'"],
    ["*x\r\n", "invalid multibulk length"],
    ["*1048577\r\n", "invalid multibulk length"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$536870913\r\n", "invalid bulk length"],
    [`*${"1".repeat(100)}`, "invalid multibulk length"],
  ])("%p ends the connection with an error", async (bytes, why) => {
    await inWorld(async (world, _, wire) => {
      wire.socket.write(bytes);
      await world.settled();
      expect(wire.text()).toBe(`-ERR Protocol error: ${why}\r\n`);
      expect(wire.closed()).toBe(true);
    });
  });

  test("a request may come byte by byte, and empty ones are passed over", async () => {
    await inWorld(async (world, _, wire) => {
      for (const byte of `*0\r\n${encode("ECHO a\r\nb")}${encode("PING")}`) wire.socket.write(byte);
      await world.settled();
      expect(wire.text()).toBe("$4\r\na\r\nb\r\n+PONG\r\n");
    });
  });
});
