// The far side of one link is gone, and nobody was told: what is sent goes nowhere, and nothing comes back.

import { z } from "zod";
import { breakLink, linkParam, REDIS_IS_CUT_OFF } from "./broken-link.ts";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";

export const networkHalfOpen = defineFault({
  name: "network-half-open",
  area: "network",
  summary:
    "The far side of one link is gone, and nobody was told: what is sent goes nowhere, and nothing comes back.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: KAFKA_DOWN,
  mayRaise: REDIS_IS_CUT_OFF,
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "half-open" });
  },
});
