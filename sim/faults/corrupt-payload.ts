// Values arrive damaged, so that nobody can decode them.

import { z } from "zod";
import { CORRUPTIONS, corrupt } from "../traffic/alterations/corrupt.ts";
import { altering, asOften, chosen, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const corruptPayload = defineFault({
  name: "corrupt-payload",
  area: "traffic",
  summary: "Values arrive damaged, so that nobody can decode them.",
  params: z.strictObject({
    share: shareParam(0.1, "the records that are damaged"),
    spread: spreadParam,
    kind: z
      .enum([...CORRUPTIONS, "random"])
      .default("random")
      .describe("What is wrong with them; random takes another one of the others each time"),
  }),
  needs: ["traffic"],
  raises: ["HighMessageProcessingErrorRate", "HighDecodeErrorRate", "WebSocketDlqHighRate", "HighDLQRate"],
  mayRaise: [],
  scaled: asOften,
  async apply(stage, params) {
    return altering(stage, corrupt(chosen(stage, params)));
  },
});
