// Producers hold records back, so that they arrive late and in order.

import { z } from "zod";
import { delayRecords } from "../traffic/alterations/delay.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const deliveryDelay = defineFault({
  name: "delivery-delay",
  area: "traffic",
  summary: "Producers hold records back, so that they arrive late and in order.",
  params: z.strictObject({
    share: shareParam(1, "the records that are held back; those behind them in their thread wait too"),
    spread: spreadParam,
    delay_ms: z
      .int()
      .min(1)
      .max(600_000)
      .default(2000)
      .describe("Milliseconds for which a record is held back"),
  }),
  needs: ["traffic"],
  raises: ["E2ELatencyHigh"],
  mayRaise: [],
  async apply(stage, params) {
    return altering(stage, delayRecords({ ...chosen(stage, params), delayMs: params.delay_ms }));
  },
});
