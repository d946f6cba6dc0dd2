// Producers send records without a value.

import { z } from "zod";
import { sendNulls } from "../traffic/alterations/null-value.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const nullValue = defineFault({
  name: "null-value",
  area: "traffic",
  summary: "Producers send records without a value.",
  params: z.strictObject({
    share: shareParam(0.02, "the records beside or in place of which a null value is sent"),
    spread: spreadParam,
    replace: z
      .boolean()
      .default(false)
      .describe("Whether the good record is left out, so that its number is missing"),
  }),
  needs: ["traffic"],
  raises: [],
  mayRaise: [
    {
      alert: "SequenceGapsDetected",
      because: "With replace the numbers of the records that were left out are missing.",
    },
  ],
  async apply(stage, params) {
    return altering(stage, sendNulls(chosen(stage, params)));
  },
});
