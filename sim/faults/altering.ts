// A fault of the traffic in force: an alteration that every record passes through until it is cleared.

import { z } from "zod";
import type { TrafficAlteration } from "../traffic/alteration.ts";
import type { SelectionOptions } from "../traffic/alterations/selection.ts";
import { type Companion, MAX_DENSER, type RunningFault } from "./fault.ts";
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

/**
 * How a fault chooses its records. One that takes every so many begins elsewhere than those before it, so that a few faults of
 * one small share take different records. They meet now and then where the share is larger than the places lie apart, or where
 * an alteration before it changes how many records there are.
 */
export function chosen<P extends Pick<SelectionOptions, "share" | "spread">>(
  stage: Stage,
  params: P,
): P & SelectionOptions {
  const { random } = stage;
  return params.spread === "even"
    ? { ...params, random, phase: need(stage, "traffic").claimPhase() }
    : { ...params, random };
}

/** What a fast drill takes at most where few are meant: one record in a hundred raises HighMessageProcessingErrorRate. */
const FEW_SHARE = 0.005;

/**
 * About as many records between two evaluations as at scale 1: alerts that a few records raise need these few in the seconds
 * that minutes have become, and traffic is only `MAX_DENSER` times denser.
 */
export function asOften<P extends { readonly share: number }>(params: P, scale: number): P {
  const few = Math.min(FEW_SHARE, (params.share * scale) / Math.min(scale, MAX_DENSER));
  return { ...params, share: Math.max(params.share, few) };
}

/** What comes along where each record that the fault takes is dead-lettered. */
export const MANY_DEAD_LETTERS: readonly Companion[] = [
  {
    alert: "WebSocketDlqHighRate",
    because:
      "Each of them is dead-lettered, and of much traffic even a small share is more than one in ten seconds.",
  },
  { alert: "HighDLQRate", because: "Services that use the library dead-letter them too." },
];

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
