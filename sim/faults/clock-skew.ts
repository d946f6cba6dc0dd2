// Clocks of producers are wrong, so that records carry a time of the future.

import { z } from "zod";
import { skewClock } from "../traffic/alterations/clock-skew.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const clockSkew = defineFault({
  name: "clock-skew",
  area: "traffic",
  summary: "Clocks of producers are wrong, so that records carry a time of the future.",
  params: z.strictObject({
    share: shareParam(0.1, "the records with a wrong time"),
    spread: spreadParam,
    ahead_ms: z
      .int()
      .min(-86_400_000)
      .max(86_400_000)
      .default(60_000)
      .describe("Milliseconds by which the clock is ahead; negative is behind"),
  }),
  needs: ["traffic"],
  raises: [],
  mayRaise: [
    {
      alert: "E2ELatencyHigh",
      because: "With a clock that is behind, records look as old as it is wrong.",
    },
  ],
  async apply(stage, params) {
    return altering(stage, skewClock({ ...chosen(stage, params), aheadMs: params.ahead_ms }));
  },
});
