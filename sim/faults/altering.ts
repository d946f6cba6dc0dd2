// A fault of the traffic in force: an alteration that every record passes through until it is cleared.

import { z } from "zod";
import type { TrafficAlteration } from "../traffic/alteration.ts";
import type { RunningFault } from "./fault.ts";
import { need, type Stage } from "./stage.ts";

/** The share of records that a fault takes. */
export function shareParam(fallback: number, of: string) {
  return z.number().gt(0).max(1).default(fallback).describe(`Share of ${of}`);
}

/** How that share is spread. */
export const spreadParam = z
  .enum(["even", "random"])
  .default("even")
  .describe("Whether these are every so many records, or each by chance");

/** Every record passes through `alteration` from now on. */
export function altering(stage: Stage, alteration: TrafficAlteration): RunningFault {
  const inForce = need(stage, "traffic").alter(alteration);
  return {
    async clear() {
      inForce.remove();
    },
    hits: () => alteration.hits,
  };
}
