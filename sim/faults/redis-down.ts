// Redis is off the network: connections are cut and new ones are refused. Its data are there when it comes back, the
// scripts that were loaded are not.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { offNetwork } from "./off-network.ts";
import { need } from "./stage.ts";

export const redisDown = defineFault({
  name: "redis-down",
  area: "redis",
  summary: "Redis is off the network: connections are cut and new ones are refused.",
  params: z.strictObject({}),
  needs: ["redis"],
  raises: ["ServiceDown", "RateLimiterRedisErrors", "WebSocketRedisErrors", "ReplayBufferRedisWriteFailures"],
  mayRaise: [],
  apply: (stage) => offNetwork(need(stage, "redis")),
});
