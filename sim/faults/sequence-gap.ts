// Producers lose records: numbers of a thread never arrive, and the thread goes on.

import { z } from "zod";
import { loseRecords } from "../traffic/alterations/sequence-gap.ts";
import { altering, asOften, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const sequenceGap = defineFault({
  name: "sequence-gap",
  area: "traffic",
  summary: "Producers lose records: numbers of a thread never arrive, and the thread goes on.",
  params: z.strictObject({
    share: shareParam(0.02, "the numbered records that are lost; at most every second one of a thread is"),
    spread: spreadParam,
  }),
  needs: ["traffic"],
  raises: ["SequenceGapsDetected"],
  mayRaise: [
    {
      alert: "GapDetectedWithHalt",
      because: "With SEQUENCE_GAP_POLICY=halt the threads that lost records are halted.",
    },
  ],
  scaled: asOften,
  async apply(stage, params) {
    return altering(stage, loseRecords(chosen(stage, params)));
  },
});
