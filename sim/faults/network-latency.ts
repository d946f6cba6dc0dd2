// Everything takes longer on one link, in order.

import { z } from "zod";
import { breakLink, directionParam, linkParam, REDIS_IS_LATE } from "./broken-link.ts";
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
  mayRaise: REDIS_IS_LATE,
  async apply(stage, { link, delay_ms: latencyMs, jitter_ms: jitterMs, direction }) {
    return breakLink(stage, link, { kind: "latency", latencyMs, jitterMs, direction });
  },
});
