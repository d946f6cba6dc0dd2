// Connections of one link are reset as soon as anything passes, and new ones at once.

import { z } from "zod";
import { breakLink, linkParam, REDIS_IS_CUT_OFF } from "./broken-link.ts";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";

export const networkReset = defineFault({
  name: "network-reset",
  area: "network",
  summary: "Connections of one link are reset as soon as anything passes, and new ones at once.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: KAFKA_DOWN,
  mayRaise: REDIS_IS_CUT_OFF,
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "reset" });
  },
});
