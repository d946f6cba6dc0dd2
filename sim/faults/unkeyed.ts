// Producers send records without a key, so that threads spread over all partitions.

import { z } from "zod";
import { dropKeys } from "../traffic/alterations/unkeyed.ts";
import { altering, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const unkeyed = defineFault({
  name: "unkeyed",
  area: "traffic",
  summary: "Producers send records without a key, so that threads spread over all partitions.",
  params: z.strictObject({
    share: shareParam(1, "the records that have no key"),
    spread: spreadParam,
  }),
  needs: ["traffic"],
  raises: ["SequenceGapsDetected"],
  mayRaise: [
    {
      alert: "GapDetectedWithHalt",
      because: "With SEQUENCE_GAP_POLICY=halt the threads that seem to lose records are halted.",
    },
  ],
  async apply(stage, params) {
    return altering(stage, dropKeys(chosen(stage, params)));
  },
});
