// Redis drops keys that nobody deleted, as one whose memory is full (`maxmemory-policy allkeys-random`).

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { repeatedly } from "./repeated.ts";
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
  takes: () => ({ what: "keys", from: [] }),
  async apply(stage, { share, every_seconds: everySeconds }) {
    const redis = need(stage, "redis");
    const { random } = stage;
    let hits = 0;
    const isVictim = () => {
      const isHit = random.next() < share;
      if (isHit) hits++;
      return isHit;
    };
    const clear = await repeatedly(stage, everySeconds, () => redis.evict(isVictim), "keys were not evicted");
    return {
      clear,
      hits: () => hits,
    };
  },
});
