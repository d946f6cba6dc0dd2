// Producers send values larger than readers accept.

import { z } from "zod";
import { inflate } from "../traffic/alterations/oversized.ts";
import { altering, asOften, chosen, MANY_DEAD_LETTERS, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

const MEBIBYTE = 1024 * 1024;

export const oversized = defineFault({
  name: "oversized",
  area: "traffic",
  summary: "Producers send values larger than readers accept.",
  params: z.strictObject({
    share: shareParam(0.005, "the records that are oversized"),
    spread: spreadParam,
    bytes: z
      .int()
      .min(1024)
      .max(64 * MEBIBYTE)
      .default(1.5 * MEBIBYTE)
      .describe("Size of the value without its framing byte; readers accept 1048576"),
  }),
  needs: ["traffic"],
  raises: ["OversizedMessage"],
  mayRaise: MANY_DEAD_LETTERS,
  scaled: asOften,
  async apply(stage, params) {
    return altering(stage, inflate(chosen(stage, params)));
  },
});
