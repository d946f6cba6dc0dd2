// Redis answers every command late.

import { z } from "zod";
import { delayParam } from "./delay-param.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const redisLatency = defineFault({
  name: "redis-latency",
  area: "redis",
  summary: "Redis answers every command late.",
  params: z.strictObject({ delay_ms: delayParam(200, "answers") }),
  needs: ["redis"],
  raises: ["WebSocketRedisHighLatency", "RateLimiterRedisHighLatency"],
  mayRaise: [],
  async apply(stage, { delay_ms: delayMs }) {
    return ruleInForce(need(stage, "redis").control("*", () => ({ kind: "delay", delayMs })));
  },
});
