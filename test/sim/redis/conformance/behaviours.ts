// What clients of Redis rely on. Answers are compared with texts that are written down here, so that both servers are
// held to the same.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { Redis } from "ioredis";
import type { StartTarget, Target } from "./target.ts";

type Word = string | number | Buffer;

/** Commands in one pipeline, and what is expected of each; an error is expected as its text. */
type Step = readonly [command: readonly Word[], expected: unknown];

const error = (text: string | RegExp) => ({ error: text });

const WRONG_TYPE = error("WRONGTYPE Operation against a key holding the wrong kind of value");
const NOT_AN_INTEGER = error("ERR value is not an integer or out of range");
const SYNTAX = error("ERR syntax error");

export const STEPS: Readonly<Record<string, readonly Step[]>> = {
  "strings are set, read and replaced": [
    [["GET", "a"], null],
    [["SET", "a", "1"], "OK"],
    [["GET", "a"], "1"],
    [["SET", "a", "2", "NX"], null],
    [["SET", "b", "2", "XX"], null],
    [["SET", "a", "3", "XX"], "OK"],
    [["set", "b", "", "nx"], "OK"],
    [["GET", "b"], ""],
    [
      ["MGET", "a", "nothing", "b"],
      ["3", null, ""],
    ],
    [["EXISTS", "a", "a", "b", "nothing"], 3],
    [["DEL", "a", "nothing"], 1],
    [["UNLINK", "b"], 1],
    [["EXISTS", "a", "b"], 0],
  ],
  "keys with an expiry say how long they have, and lose it with a new value": [
    [["TTL", "a"], -2],
    [["PTTL", "a"], -2],
    [["SET", "a", "1"], "OK"],
    [["TTL", "a"], -1],
    [["PTTL", "a"], -1],
    [["EXPIRE", "a", 100], 1],
    [["TTL", "a"], 100],
    [["SET", "a", "2", "KEEPTTL"], "OK"],
    [["TTL", "a"], 100],
    [["SET", "a", "3"], "OK"],
    [["TTL", "a"], -1],
    [["SETEX", "a", 50, "4"], "OK"],
    [["TTL", "a"], 50],
    [["SET", "a", "5", "EX", 20], "OK"],
    [["TTL", "a"], 20],
    [["SET", "a", "5", "PX", 20_000], "OK"],
    [["TTL", "a"], 20],
    [["EXPIRE", "nothing", 100], 0],
    [["EXPIRE", "a", 0], 1],
    [["EXISTS", "a"], 0],
    [["SET", "a", "6"], "OK"],
    [["EXPIRE", "a", -1], 1],
    [["GET", "a"], null],
  ],
  "hashes keep fields, and their expiry with a new field": [
    [["HSET", "h", "x", "1", "y", "2"], 2],
    [["HSET", "h", "y", "3", "z", "4"], 1],
    [["HGET", "h", "y"], "3"],
    [["HGET", "h", "nothing"], null],
    [["HGET", "nothing", "y"], null],
    [
      ["HMGET", "h", "z", "nothing", "x"],
      ["4", null, "1"],
    ],
    [["HMGET", "nothing", "x"], [null]],
    [["HGETALL", "h"], { x: "1", y: "3", z: "4" }],
    [["HGETALL", "nothing"], {}],
    [["EXPIRE", "h", 100], 1],
    [["HSET", "h", "x", "5"], 0],
    [["TTL", "h"], 100],
    [["SET", "h", "text"], "OK"],
    [["TTL", "h"], -1],
  ],
  "sorted sets are in the order of scores, then of members": [
    [["ZADD", "z", 2, "b", 1, "a", 10, "d", 2, "a2"], 4],
    [["ZADD", "z", 3, "b", 1, "a", 4, "e"], 1],
    [["ZCARD", "z"], 5],
    [["ZCARD", "nothing"], 0],
    [["ZSCORE", "z", "b"], "3"],
    [["ZSCORE", "z", "nothing"], null],
    [["ZSCORE", "nothing", "a"], null],
    [["ZADD", "half", "0.5", "x", "-inf", "y", "+inf", "z", 9007199254740991, "big"], 4],
    [
      ["ZRANGE", "half", 0, -1, "WITHSCORES"],
      ["y", "-inf", "x", "0.5", "big", "9007199254740991", "z", "inf"],
    ],
    [
      ["ZRANGE", "z", 0, -1],
      ["a", "a2", "b", "e", "d"],
    ],
    [
      ["ZRANGE", "z", 1, 2, "WITHSCORES"],
      ["a2", "2", "b", "3"],
    ],
    [
      ["ZRANGE", "z", -2, 100],
      ["e", "d"],
    ],
    [["ZRANGE", "z", 3, 1], []],
    [["ZRANGE", "nothing", 0, -1], []],
    [
      ["ZRANGE", "z", 0, 1, "REV"],
      ["d", "e"],
    ],
    [
      ["ZREVRANGE", "z", 0, 1, "WITHSCORES"],
      ["d", "10", "e", "4"],
    ],
    [
      ["ZRANGE", "z", 2, "(4", "BYSCORE", "WITHSCORES"],
      ["a2", "2", "b", "3"],
    ],
    [["ZRANGE", "z", "+inf", "(3", "BYSCORE", "REV", "LIMIT", 0, 1], ["d"]],
    [["ZREM", "z", "a", "nothing"], 1],
    [["ZREM", "nothing", "a"], 0],
    [["ZREM", "half", "x", "y", "z", "big"], 4],
    [["EXISTS", "half"], 0],
  ],
  "sorted sets are read and cleared by ranges of scores and ranks": [
    [["ZADD", "z", 1, "a", 2, "b", 3, "c", 4, "d", 5, "e"], 5],
    [
      ["ZRANGEBYSCORE", "z", "(1", 3],
      ["b", "c"],
    ],
    [
      ["ZRANGEBYSCORE", "z", "-inf", "+inf", "WITHSCORES", "LIMIT", 1, 2],
      ["b", "2", "c", "3"],
    ],
    [
      ["ZRANGEBYSCORE", "z", 2, "inf", "LIMIT", 1, -1],
      ["c", "d", "e"],
    ],
    [["ZRANGEBYSCORE", "z", 4, 2], []],
    [
      ["ZREVRANGEBYSCORE", "z", 3, "-inf", "LIMIT", 0, 2],
      ["c", "b"],
    ],
    [["ZREVRANGEBYSCORE", "z", "(1", "-inf"], []],
    [["ZCOUNT", "z", 2, "(5"], 3],
    [["ZCOUNT", "nothing", "-inf", "+inf"], 0],
    [["EXPIRE", "z", 100], 1],
    [["ZREMRANGEBYRANK", "z", 0, -5], 1],
    [["ZREMRANGEBYRANK", "z", 0, -5], 0],
    [["ZREMRANGEBYSCORE", "z", "-inf", "(3"], 1],
    [
      ["ZRANGE", "z", 0, -1],
      ["c", "d", "e"],
    ],
    [["ZADD", "z", 6, "f"], 1],
    [["TTL", "z"], 100],
    [["ZREMRANGEBYSCORE", "z", 0, 100], 4],
    [["EXISTS", "z"], 0],
  ],
  "a part of a string is read": [
    [["SET", "a", "0123456789"], "OK"],
    [["GETRANGE", "a", 0, 3], "0123"],
    [["GETRANGE", "a", 8, 100], "89"],
    [["GETRANGE", "a", -3, -1], "789"],
    [["GETRANGE", "a", -100, 1], "01"],
    [["GETRANGE", "a", 5, 2], ""],
    [["GETRANGE", "nothing", 0, 3], ""],
  ],
  "a key of one kind refuses commands of another": [
    [["SET", "s", "1"], "OK"],
    [["HSET", "h", "x", "1"], 1],
    [["GET", "h"], WRONG_TYPE],
    [["HGET", "s", "x"], WRONG_TYPE],
    [["HSET", "s", "x", "1"], WRONG_TYPE],
    [["HMGET", "s", "x"], WRONG_TYPE],
    [["HGETALL", "s"], WRONG_TYPE],
    [["ZADD", "s", 1, "x"], WRONG_TYPE],
    [["ZRANGE", "h", 0, -1], WRONG_TYPE],
    [["ZREM", "s", "x"], WRONG_TYPE],
    [["ZCARD", "s"], WRONG_TYPE],
    [["ZCOUNT", "s", 0, 1], WRONG_TYPE],
    [["ZSCORE", "s", "x"], WRONG_TYPE],
    [["ZREMRANGEBYSCORE", "s", 0, 1], WRONG_TYPE],
    [["GETRANGE", "h", 0, 1], WRONG_TYPE],
    [["ZADD", "z", 1, "x"], 1],
    [["GET", "z"], WRONG_TYPE],
    [["HGET", "z", "x"], WRONG_TYPE],
    [
      ["MGET", "s", "h"],
      ["1", null],
    ],
  ],
  "wrong requests get Redis' own words": [
    [["NONSENSE", "a", "b"], error(/^ERR unknown command 'NONSENSE', with args beginning with: 'a' 'b' $/)],
    [["GET"], error("ERR wrong number of arguments for 'get' command")],
    [["SETEX", "a", "x", "1"], NOT_AN_INTEGER],
    [["SETEX", "a", 0, "1"], error("ERR invalid expire time in 'setex' command")],
    [["SET", "a", "1", "EX", 0], error("ERR invalid expire time in 'set' command")],
    [["SET", "a", "1", "EX", "1.5"], NOT_AN_INTEGER],
    [["SET", "a", "1", "NX", "XX"], SYNTAX],
    [["SET", "a", "1", "EX", 1, "PX", 1], SYNTAX],
    [["SET", "a", "1", "WHAT"], SYNTAX],
    [["EXPIRE", "a", "soon"], NOT_AN_INTEGER],
    [["HSET", "h", "x", "1", "y"], error("ERR wrong number of arguments for 'hset' command")],
    [["ZADD", "z", "x", "a"], error("ERR value is not a valid float")],
    [["ZADD", "z", 1, "a", 2], SYNTAX],
    [["ZRANGE", "z", "x", 1], NOT_AN_INTEGER],
    [["ZRANGE", "z", 0, 1, "WHAT"], SYNTAX],
    [["ZRANGEBYSCORE", "z", "x", 1], error("ERR min or max is not a float")],
    [["ZRANGEBYSCORE", "z", 0, 1, "REV"], SYNTAX],
    [["ZRANGEBYSCORE", "z", 0, 1, "LIMIT", 1], SYNTAX],
    [
      ["ZRANGE", "z", 0, 1, "LIMIT", 0, 1],
      error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"),
    ],
    [["ZCOUNT", "z", 1, "x"], error("ERR min or max is not a float")],
    [["ZREMRANGEBYRANK", "z", 1, "x"], NOT_AN_INTEGER],
    [["GETRANGE", "a", 1, "x"], NOT_AN_INTEGER],
    [["SCAN", "x"], error("ERR invalid cursor")],
    [["SCAN", 0, "COUNT", 0], SYNTAX],
    [["SCAN", 0, "COUNT", "x"], NOT_AN_INTEGER],
    [["SCAN", 0, "WHAT", 1], SYNTAX],
    [["SELECT", "x"], NOT_AN_INTEGER],
    [["SELECT", 16], error("ERR DB index is out of range")],
    [["EVALSHA", "0000000000000000000000000000000000000000", 0], error(/^NOSCRIPT No matching script/)],
    [["AUTH", "x"], error(/^ERR AUTH <password> called without any password configured/)],
    [["AUTH", "nobody", "x"], error("WRONGPASS invalid username-password pair or user is disabled.")],
    [["HELLO", "4"], error("NOPROTO unsupported protocol version")],
    [["GET", "a"], null],
  ],
  "the connection answers for itself": [
    [["PING"], "PONG"],
    [["PING", "there"], "there"],
    [["ECHO", "said"], "said"],
    [["CLIENT", "GETNAME"], null],
    [["CLIENT", "SETNAME", "tester"], "OK"],
    [["CLIENT", "GETNAME"], "tester"],
    [["AUTH", "default", "anything"], "OK"],
  ],
  "databases are apart from each other": [
    [["SET", "a", "zero"], "OK"],
    [["SELECT", 3], "OK"],
    [["GET", "a"], null],
    [["SET", "a", "three"], "OK"],
    [["DBSIZE"], 1],
    [["SELECT", 0], "OK"],
    [["GET", "a"], "zero"],
    [["FLUSHALL"], "OK"],
    [["SELECT", 3], "OK"],
    [["DBSIZE"], 0],
    [["SELECT", 0], "OK"],
  ],
};

/** Lists of names and values as objects, as maps arrive in the second version of the protocol. */
function asMap(list: readonly string[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (let i = 0; i < list.length; i += 2) map[list[i] ?? ""] = list[i + 1] ?? "";
  return map;
}

function check(command: readonly Word[], failure: Error | null, answer: unknown, expected: unknown): void {
  const name = command.join(" ");
  if (typeof expected === "object" && expected !== null && "error" in expected) {
    const { error: text } = expected;
    expect([name, failure?.message]).toEqual([
      name,
      text instanceof RegExp ? expect.stringMatching(text) : text,
    ]);
    return;
  }
  expect([name, failure?.message ?? null]).toEqual([name, null]);
  const isMap = typeof expected === "object" && expected !== null && !Array.isArray(expected);
  expect([name, isMap ? asMap(answer as string[]) : answer]).toEqual([name, expected]);
}

/** Patterns, and which of these keys they match. */
const KEYS = ["a", "b", "ab", "a-b", "a*b", "a[b]", "x:1:y", "x:22:y", "ä", "A"];
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  "*": KEYS,
  "a*": ["a", "ab", "a-b", "a*b", "a[b]"],
  "?": ["a", "b", "A"],
  "a\\*b": ["a*b"],
  "[ab]": ["a", "b"],
  "[^ab]": ["A"],
  "[a-c]": ["a", "b"],
  "[c-a]": ["a", "b"],
  "a\\[b\\]": ["a[b]"],
  "x:*:y": ["x:1:y", "x:22:y"],
  "x:?:y": ["x:1:y"],
  "": [],
  a: ["a"],
};

async function scanAll(redis: Redis, pattern: string, count: number): Promise<string[]> {
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", count);
    found.push(...keys);
    cursor = next;
  } while (cursor !== "0");
  return [...new Set(found)].sort();
}

export function behavesAsRedis(start: StartTarget): void {
  let target: Target;
  let redis: Redis;

  beforeAll(async () => {
    target = await start();
    redis = new Redis({ host: target.host, port: target.port, protocol: 2 });
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await target.stop();
  });

  test.each(Object.entries(STEPS))("%s", async (_, steps) => {
    const client = new Redis({ host: target.host, port: target.port, protocol: 2 });
    try {
      for (const [command, expected] of steps) {
        const [name = "", ...args] = command;
        const [failure, answer] = await client.call(String(name), ...args).then(
          (reply) => [null, reply] as const,
          (cause: Error) => [cause, null] as const,
        );
        check(command, failure, answer, expected);
      }
    } finally {
      client.disconnect();
    }
  });

  test("a pipeline is answered in order, errors in their places", async () => {
    const results = await redis.pipeline().set("a", "1").hget("a", "x").get("a").mget("a", "b").exec();
    expect(results?.map(([failure, answer]) => failure?.message ?? answer)).toEqual([
      "OK",
      "WRONGTYPE Operation against a key holding the wrong kind of value",
      "1",
      ["1", null],
    ]);
  });

  test("keys and values are bytes, whatever they are", async () => {
    const key = Buffer.from([0, 13, 10, 255, 42]);
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await redis.set(key, value);
    await redis.hset("hash", key, value);
    expect(await redis.getBuffer(key)).toEqual(value);
    expect(await redis.hgetallBuffer("hash")).toEqual({ [key.toString()]: value });
    const large = Buffer.alloc(3_000_000, 7);
    await redis.set("large", large);
    expect((await redis.getBuffer("large"))?.equals(large)).toBe(true);
  });

  test.each(Object.entries(PATTERNS))("the pattern %s finds its keys", async (pattern, expected) => {
    for (const key of KEYS) await redis.set(key, "1");
    expect(await scanAll(redis, pattern, 3)).toEqual([...expected].sort());
  });

  test("a walk finds every key that stays, also while others are deleted, added and replaced", async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
    for (const key of keys) await redis.set(key, "1");
    const found = new Set<string>();
    let cursor = "0";
    let added = 0;
    do {
      const [next, page] = await redis.scan(cursor, "COUNT", 20);
      for (const key of page) found.add(key);
      const doomed = page.filter((key) => Number(key.slice(1)) % 2 === 1);
      if (doomed.length > 0) await redis.unlink(doomed);
      if (added++ < 100) await redis.set(`new${added}`, "1");
      await redis.set("k0", `replaced ${added}`);
      cursor = next;
    } while (cursor !== "0");
    expect(keys.filter((key) => Number(key.slice(1)) % 2 === 0 && !found.has(key))).toEqual([]);
    expect(await redis.exists(...keys.filter((key) => Number(key.slice(1)) % 2 === 1))).toBe(0);
  });

  test("a walk in the smallest steps ends, also over keys that were replaced", async () => {
    for (const key of ["a", "b", "c", "a"]) await redis.set(key, "1");
    const found: string[] = [];
    let cursor = "0";
    for (let steps = 0; steps === 0 || (cursor !== "0" && steps < 100); steps++) {
      const [next, page] = await redis.scan(cursor, "COUNT", 1);
      found.push(...page);
      cursor = next;
    }
    expect([cursor, found.sort()]).toEqual(["0", ["a", "b", "c"]]);
  });

  test("the time is that of the machine, in seconds and microseconds", async () => {
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
    expect(micros).toBeWithin(0, 1_000_000);
  });

  test("its databases are listed with their numbers of keys, as far as they have any", async () => {
    for (const key of ["a", "b"]) await redis.set(key, "1");
    await redis.set("brief", "1", "PX", 100_000);
    const other = new Redis({ host: target.host, port: target.port, protocol: 2, db: 3 });
    await other.set("a", "1");
    other.disconnect();
    const listed = [...(await redis.info("keyspace")).matchAll(/^db(\d+):keys=(\d+),expires=(\d+),/gm)];
    expect(listed.map(([, ...numbers]) => numbers.map(Number))).toEqual([
      [0, 3, 1],
      [3, 1, 0],
    ]);
  });

  test("a key is gone when its time is over", async () => {
    await redis.set("brief", "1", "PX", 20);
    while ((await redis.exists("brief")) === 1) expect(await redis.pttl("brief")).toBeLessThanOrEqual(20);
    expect(await redis.get("brief")).toBeNull();
    expect(await redis.ttl("brief")).toBe(-2);
  });

  test("clients of the third version get its kinds of answers", async () => {
    const modern = new Redis({ host: target.host, port: target.port, replyMapping: "resp3", db: 1 });
    await modern.hset("h", "x", "1");
    expect(await modern.call("HGETALL", "h")).toEqual({ x: "1" });
    await modern.zadd("z", 1, "a", 2.5, "b");
    expect(await modern.call("ZRANGE", "z", 0, -1, "WITHSCORES")).toEqual([
      ["a", 1],
      ["b", 2.5],
    ]);
    expect(await modern.call("ZSCORE", "z", "b")).toBe(2.5);
    expect(await modern.get("nothing")).toBeNull();
    expect(await modern.mget("nothing", "h")).toEqual([null, null]);
    expect(await modern.call("HELLO")).toMatchObject({ server: "redis", proto: 3, role: "master" });
    modern.disconnect();
  });

  test("a server with a password serves those who know it, and refuses the others", async () => {
    const secured = await start({ password: "s3cret" });
    const at = { host: secured.host, port: secured.port, retryStrategy: () => null };
    for (const protocol of [2, 3] as const) {
      const good = new Redis({ ...at, password: "s3cret", protocol });
      expect(await good.set("a", "1")).toBe("OK");
      good.disconnect();
      const failures: string[] = [];
      const bad = new Redis({ ...at, password: "wrong", protocol });
      bad.on("error", ({ message }) => failures.push(message));
      const refused = new Promise<void>((resolve) => {
        bad.once("end", () => resolve());
      });
      await refused;
      expect(failures[0]).toStartWith("WRONGPASS");
    }
    const stranger = new Redis({ ...at, protocol: 2, enableReadyCheck: false });
    await expect(stranger.get("a")).rejects.toThrow("NOAUTH Authentication required.");
    stranger.disconnect();
    await secured.stop();
  });
}
