// Everything takes longer on one link, in order.

import { z } from "zod";
import { breakLink, directionParam, linkParam } from "./broken-link.ts";
import { delayParam } from "./delay-param.ts";
import { defineFault } from "./fault.ts";

export const networkLatency = defineFault({
  name: "network-latency",
  area: "network",
  summary: "Everything takes longer on one link, and arrives in order.",
  params: z.strictObject({
    link: linkParam,
    delay_ms: delayParam(500, "bytes"),
    jitter_ms: z.number().min(0).default(0).describe("By how much that varies, up and down, milliseconds"),
    direction: directionParam,
  }),
  needs: ["links"],
  raises: ["E2ELatencyHigh"],
  mayRaise: [
    { alert: "WebSocketRedisHighLatency", because: "With the link redis, replay waits longer." },
    { alert: "RateLimiterRedisHighLatency", because: "With the link redis, the shared limits answer late." },
    { alert: "RateLimiterRedisErrors", because: "With the link redis, the limiter gives up after 250 ms." },
    { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, writes give up after 2 s." },
  ],
  async apply(stage, { link, delay_ms: latencyMs, jitter_ms: jitterMs, direction }) {
    return breakLink(stage, link, { kind: "latency", latencyMs, jitterMs, direction });
  },
});
