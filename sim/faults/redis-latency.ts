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
  mayRaise: [
    { alert: "E2ELatencyHigh", because: "Each batch waits for the shared limits of its tenants." },
    { alert: "RateLimiterRedisErrors", because: "Above 250 ms the limiter gives up and counts an error." },
    {
      alert: "ReplayBufferRedisWritesDropped",
      because: "More writes come in one delay than may be under way.",
    },
    { alert: "ReplayBufferRedisWriteFailures", because: "Above 2 s a write gives up." },
  ],
  async apply(stage, { delay_ms: delayMs }) {
    return ruleInForce(need(stage, "redis").control("*", () => ({ kind: "delay", delayMs })));
  },
});
