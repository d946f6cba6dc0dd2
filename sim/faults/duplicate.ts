// Producers send records twice, as after an acknowledgement that was lost.

import { z } from "zod";
import { repeatRecords } from "../traffic/alterations/duplicate.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const duplicate = defineFault({
  name: "duplicate",
  area: "traffic",
  summary: "Producers send records twice, as after an acknowledgement that was lost.",
  params: z.strictObject({
    share: shareParam(0.1, "the numbered records that are sent twice"),
    spread: spreadParam,
    after: z
      .int()
      .min(0)
      .max(60)
      .default(3)
      .describe("Records of any thread between the first and the second one"),
  }),
  needs: ["traffic"],
  raises: ["HighDuplicateRate"],
  mayRaise: [],
  async apply(stage, params) {
    return altering(stage, repeatRecords(chosen(stage, params)));
  },
});
