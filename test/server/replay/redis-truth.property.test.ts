// Whatever happens to the keys in whatever order, a page never lacks a record of its stretch and never has a wrong one,
// and reading always goes on. Where nothing happened to them, all is there.

import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { Redis } from "ioredis";
import { startEmbedded, type Target } from "../../sim/redis/conformance/target.ts";
import { eventually } from "../../support/eventually.ts";
import { record, redisRig } from "./redis-rig.ts";
import { BATCHES, OFFSETS, valueKey } from "./redis-truth.ts";

const END = 120;
/** Every third offset is a hole. */
const isRecord = (offset: number) => offset % 3 !== 0;

const offset = fc.integer({ min: 0, max: END - 1 });
const damage = fc.oneof(
  offset.map((at) => ({ kind: "expired", at }) as const),
  offset.map((at) => ({ kind: "unlisted", at }) as const),
  offset.map((at) => ({ kind: "entry lost", at }) as const),
  offset.map((at) => ({ kind: "older state", at }) as const),
  fc.constant({ kind: "offsets lost" } as const),
  fc.constant({ kind: "batches lost" } as const),
);
const write = fc.record({
  kind: fc.constant("write" as const),
  from: offset,
  length: fc.integer({ min: 1, max: 40 }),
});
const step = fc.oneof({ weight: 4, arbitrary: write }, { weight: 1, arbitrary: damage });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

let target: Target;
let redis: Redis;
beforeAll(async () => {
  target = await startEmbedded();
  redis = new Redis({ host: target.host, port: target.port });
});
afterAll(async () => {
  redis.disconnect();
  await target.stop();
});

async function suffer(step: Exclude<Step, { kind: "write" }>): Promise<void> {
  switch (step.kind) {
    case "expired":
      await redis.del(valueKey(step.at));
      return;
    case "unlisted":
      await redis.zrem(OFFSETS, valueKey(step.at));
      return;
    case "entry lost":
      await redis.zremrangebyscore(BATCHES, step.at, step.at + 5);
      return;
    case "older state":
      // What was written from there on is not in the snapshot.
      await redis.zremrangebyscore(OFFSETS, step.at, "+inf");
      return;
    case "offsets lost":
      await redis.del(OFFSETS);
      return;
    case "batches lost":
      await redis.del(BATCHES);
  }
}

function batchOf(from: number, next: number) {
  const offsets = Array.from({ length: next - from }, (_, i) => from + i).filter(isRecord);
  return { partition: 0, fromOffset: from, nextOffset: next, records: offsets.map((each) => record(each)) };
}

test("pages are true, and reading comes to the end", async () => {
  const one = redisRig({
    port: target.port,
    env: { REDIS_MAX_SEQUENCES: "60", REDIS_ZCARD_CHECK_CADENCE: "0" },
  });
  await eventually(() => one.connected);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await redis.flushall();
      await one.verify(0);
      const intact = new Set<number>();
      for (const each of steps) {
        if (each.kind === "write") {
          const next = Math.min(END, each.from + each.length);
          await one.write(batchOf(each.from, next));
          await one.drain(20_000);
        } else await suffer(each);
      }
      const isIntact = steps.every(({ kind }) => kind === "write");
      for (const each of steps) {
        if (each.kind !== "write") continue;
        for (let at = each.from; at < Math.min(END, each.from + each.length); at++) intact.add(at);
      }
      const served = new Set<number>();
      for (let from = 0; from < END; ) {
        const answer = await one.tier.read(0, from, END);
        if (answer.kind === "unavailable") throw new Error(answer.reason);
        if (answer.kind === "absent") {
          expect(answer.nextOffset).toBeGreaterThan(from);
          from = answer.nextOffset;
          continue;
        }
        const { nextOffset, records } = answer.page;
        expect(nextOffset).toBeGreaterThan(from);
        expect(nextOffset).toBeLessThanOrEqual(END);
        expect(records.map((each) => [each.offset, String(each.value)])).toEqual(
          batchOf(from, nextOffset).records.map((each) => [each.offset, String(each.value)]),
        );
        for (let at = from; at < nextOffset; at++) served.add(at);
        from = nextOffset;
      }
      // Nothing is trimmed as long as there are fewer records than the limit.
      const records = [...intact].filter(isRecord).length;
      if (isIntact && records <= 60) expect([...served].sort()).toEqual([...intact].sort());
    }),
    { numRuns: 150 },
  );
  await one.close();
}, 60_000);
