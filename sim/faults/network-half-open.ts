// The far side of one link is gone, and nobody was told: what is sent goes nowhere, and nothing comes back.

import { z } from "zod";
import { breakLink, linkParam } from "./broken-link.ts";
import { defineFault } from "./fault.ts";

export const networkHalfOpen = defineFault({
  name: "network-half-open",
  area: "network",
  summary:
    "The far side of one link is gone, and nobody was told: what is sent goes nowhere, and nothing comes back.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: ["ServiceDown", "KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"],
  mayRaise: [
    { alert: "WebSocketRedisErrors", because: "With the link redis, replay cannot reach it." },
    { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, replay cannot write." },
    { alert: "RateLimiterRedisErrors", because: "With the link redis, the shared limits cannot be asked." },
  ],
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "half-open" });
  },
});
