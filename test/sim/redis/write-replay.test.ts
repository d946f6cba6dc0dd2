// The script that stores replay and its stand-in leave the same keys, over a long random sequence of writes that a real
// Redis runs too.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import { batchEntryText } from "../../../src/server/replay/redis-coverage.ts";
import { packRecords, valueBytes } from "../../../src/server/replay/redis-records.ts";
import { WRITE_SCRIPT } from "../../../src/server/replay/redis-write-script.ts";
import { describeReal } from "../../support/real-components.ts";
import { startEmbedded, startReal, type Target } from "./conformance/target.ts";

const STEPS = 400;
const MAX_MEMBERS = 30;

type Step =
  | { readonly kind: "write"; readonly args: readonly (string | number | Buffer)[] }
  | { readonly kind: "expire"; readonly count: number };

function randomBatch(random: Random, fromOffset: number) {
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T;
  const nextOffset = fromOffset + 1 + random.int(12);
  const offsets = Array.from({ length: nextOffset - fromOffset }, (_, i) => fromOffset + i);
  const records = offsets
    .filter(() => random.next() < 0.8)
    .map((offset) => ({
      offset,
      value: Buffer.from(Array.from({ length: random.int(40) }, () => random.int(256))),
      threads: Array.from({ length: random.int(3) }, () => ({
        threadId: pick(["t1", "t2", "größe", "a:b", " "]),
        sequence: random.int(60),
      })),
    }));
  return { partition: pick([0, 0, 7]), fromOffset, nextOffset, records };
}

function randomSteps(seed: number): readonly Step[] {
  const random = seededRandom(seed);
  let next = 0;
  return Array.from({ length: STEPS }, (): Step => {
    if (random.next() < 0.1) return { kind: "expire", count: random.int(8) };
    // Sometimes back, as after a crash.
    const from = Math.max(0, next - (random.next() < 0.1 ? random.int(20) : 0));
    const batch = randomBatch(random, from);
    next = batch.nextOffset;
    const { partition, fromOffset, nextOffset, records } = batch;
    const bytes = valueBytes(batch);
    const entry = batchEntryText({ from: fromOffset, next: nextOffset, count: records.length, bytes });
    const trims = random.next() < 0.3 ? 1 : 0;
    return {
      kind: "write",
      args: [
        "p",
        partition,
        fromOffset,
        entry,
        (1 + random.int(9)) * 1_000,
        MAX_MEMBERS,
        trims,
        packRecords(batch),
      ],
    };
  });
}

/** Everything that is there, with its time to live in thousands of seconds. */
async function contents(redis: Redis): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  const [, keys] = await redis.scan("0", "COUNT", 100_000);
  for (const key of keys.sort()) {
    const isSet = /:(offsets|batches|sequences)$/.test(key);
    const value = isSet ? await redis.zrange(key, "0", "-1", "WITHSCORES") : await redis.getBuffer(key);
    found.set(key, [value, Math.round((await redis.ttl(key)) / 1_000)]);
  }
  return found;
}

async function run(redis: Redis, steps: readonly Step[]) {
  await redis.flushall();
  const states: (readonly [answers: unknown, sets: unknown])[] = [];
  for (const step of steps) {
    if (step.kind === "write") {
      const answer = await redis.eval(WRITE_SCRIPT, 1, ...step.args);
      const sets = ["p:partition:0:offsets", "p:partition:0:batches", "p:thread:t1:sequences"];
      states.push([answer, await Promise.all(sets.map((key) => redis.zrange(key, "0", "-1", "WITHSCORES")))]);
    } else {
      const oldest = await redis.zrange("p:partition:0:offsets", "0", String(step.count));
      if (oldest.length > 0) await redis.del(...oldest);
    }
  }
  return { states, contents: await contents(redis) };
}

describeReal("redis-server", "storing replay in a real Redis", () => {
  let targets: readonly Target[];
  let clients: readonly Redis[];
  beforeAll(async () => {
    targets = await Promise.all([startEmbedded(), startReal()]);
    clients = targets.map(({ host, port }) => new Redis({ host, port }));
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await Promise.all(targets.map((target) => target.stop()));
  });

  test.each([1, 2, 3])("leaves what the embedded one has, seed %d", async (seed) => {
    const steps = randomSteps(seed);
    const [embedded, real] = await Promise.all(clients.map((client) => run(client, steps)));
    expect(embedded?.states).toEqual(real?.states ?? []);
    expect(embedded?.contents).toEqual(real?.contents ?? new Map());
    expect(real?.contents.size).toBeGreaterThan(100);
  });
});
