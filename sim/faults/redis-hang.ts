// Redis takes commands and never answers. Connections on which it was silent stay so when the fault is over; whoever has
// one must give it up.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const redisHang = defineFault({
  name: "redis-hang",
  area: "redis",
  summary: "Redis takes commands and never answers.",
  params: z.strictObject({}),
  needs: ["redis"],
  raises: ["ServiceDown", "WebSocketRedisErrors", "ReplayBufferRedisWriteFailures", "RateLimiterRedisErrors"],
  mayRaise: [],
  async apply(stage) {
    return ruleInForce(need(stage, "redis").control("*", () => ({ kind: "hang" })));
  },
});
