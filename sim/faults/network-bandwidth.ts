// One link carries so many bytes a second and no more.

import { z } from "zod";
import { breakLink, directionParam, linkParam, REDIS_IS_LATE } from "./broken-link.ts";
import { defineFault } from "./fault.ts";

export const networkBandwidth = defineFault({
  name: "network-bandwidth",
  area: "network",
  summary: "One link carries so many bytes a second and no more.",
  params: z.strictObject({
    link: linkParam,
    bytes_per_second: z.number().min(1).default(5_000).describe("Of each connection"),
    direction: directionParam,
  }),
  needs: ["links"],
  raises: ["E2ELatencyHigh"],
  mayRaise: REDIS_IS_LATE,
  async apply(stage, { link, bytes_per_second: bytesPerSecond, direction }) {
    return breakLink(stage, link, { kind: "bandwidth", bytesPerSecond, direction });
  },
});
