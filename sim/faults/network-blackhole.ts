// Nothing passes on one link, and nothing is refused or closed.

import { z } from "zod";
import { breakLink, linkParam, REDIS_IS_CUT_OFF } from "./broken-link.ts";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";

export const networkBlackhole = defineFault({
  name: "network-blackhole",
  area: "network",
  summary: "Nothing passes on one link, and nothing is refused or closed.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: KAFKA_DOWN,
  mayRaise: REDIS_IS_CUT_OFF,
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "blackhole" });
  },
});
