// Connections of one link are reset as soon as anything passes, and new ones at once.

import { z } from "zod";
import { breakLink, linkParam } from "./broken-link.ts";
import { defineFault } from "./fault.ts";

export const networkReset = defineFault({
  name: "network-reset",
  area: "network",
  summary: "Connections of one link are reset as soon as anything passes, and new ones at once.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: ["ServiceDown", "KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"],
  mayRaise: [
    { alert: "WebSocketRedisErrors", because: "With the link redis, replay cannot reach it." },
    { alert: "ReplayBufferRedisWriteFailures", because: "With the link redis, replay cannot write." },
    { alert: "RateLimiterRedisErrors", because: "With the link redis, the shared limits cannot be asked." },
  ],
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "reset" });
  },
});
