// Producers send records late: others of their thread overtake them, and none is lost.

import { z } from "zod";
import { delayBehindOthers } from "../traffic/alterations/reorder.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const reorder = defineFault({
  name: "reorder",
  area: "traffic",
  summary: "Producers send records late: others of their thread overtake them, and none is lost.",
  params: z.strictObject({
    share: shareParam(0.1, "the numbered records that are late"),
    spread: spreadParam,
    behind: z
      .int()
      .min(1)
      .max(60)
      .default(1)
      .describe(
        "Records of its thread that overtake it; more than the reorder window of the reader (8) and it counts as lost",
      ),
    within_ms: z
      .int()
      .min(0)
      .max(600_000)
      .default(1000)
      .describe(
        "Milliseconds after which it follows even if fewer overtook it; above 2000 and it counts as lost",
      ),
  }),
  needs: ["traffic"],
  raises: ["HighReorderRate"],
  mayRaise: [],
  async apply(stage, params) {
    return altering(
      stage,
      delayBehindOthers({
        ...chosen(stage, params),
        withinMs: params.within_ms,
        clock: stage.clock,
      }),
    );
  },
});
