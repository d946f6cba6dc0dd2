// Redis drops keys that nobody deleted, as one whose memory is full (`maxmemory-policy allkeys-random`).

import { z } from "zod";
import { describeError } from "../../src/errors.ts";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

const MAX_SECONDS = 3_600;

export const redisEvict = defineFault({
  name: "redis-evict",
  area: "redis",
  summary: "Redis drops keys that nobody deleted, as one whose memory is full.",
  params: z.strictObject({
    share: z.number().gt(0).max(1).default(0.5).describe("Share of the keys that are dropped each time"),
    every_seconds: z
      .number()
      .gt(0)
      .max(MAX_SECONDS)
      .default(10)
      .describe("Time between two times, the first at once"),
  }),
  needs: ["redis"],
  raises: [],
  mayRaise: [],
  async apply(stage, { share, every_seconds: everySeconds }) {
    const redis = need(stage, "redis");
    const { clock, random, log } = stage;
    let hits = 0;
    const evict = () =>
      redis.evict(() => {
        const isVictim = random.next() < share;
        if (isVictim) hits++;
        return isVictim;
      });
    await evict();
    let going: Promise<void> | null = null;
    const timer = clock.every(everySeconds * 1_000, () => {
      // A Redis that is slow to look at is not asked twice at a time.
      going ??= evict()
        .catch((error: unknown) => log.warn("keys were not evicted", { error: describeError(error) }))
        .finally(() => {
          going = null;
        });
    });
    return {
      async clear() {
        timer.cancel();
        await going;
      },
      hits: () => hits,
    };
  },
});
