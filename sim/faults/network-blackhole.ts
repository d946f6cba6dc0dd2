// Nothing passes on one link, and nothing is refused or closed.

import { z } from "zod";
import { breakLink, linkParam } from "./broken-link.ts";
import { defineFault } from "./fault.ts";

export const networkBlackhole = defineFault({
  name: "network-blackhole",
  area: "network",
  summary: "Nothing passes on one link, and nothing is refused or closed.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: ["ServiceDown", "KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"],
  mayRaise: [
    { alert: "WebSocketRedisErrors", because: "With the link redis, replay cannot reach it." },
    { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, replay cannot write." },
    { alert: "RateLimiterRedisErrors", because: "With the link redis, the shared limits cannot be asked." },
  ],
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "blackhole" });
  },
});
