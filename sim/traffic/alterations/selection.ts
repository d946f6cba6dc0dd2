// Which records an alteration takes: a share of them, evenly spread or by chance.

import type { Random } from "../../../src/runtime/random.ts";

/**
 * - `even`: every so many records, so that short runs have their share too
 * - `random`: each record by itself
 */
export type Spread = "even" | "random";

export interface SelectionOptions {
  /** Of those that are asked about, 0 to 1. */
  readonly share: number;
  readonly spread: Spread;
  /** Only asked if the spread is `random`. */
  readonly random: Random;
  /**
   * Of an `even` spread: how much of the first record is collected already, from 0 to below 1. Two alterations of the same
   * share take the same records if they begin alike. Default 0.
   */
  readonly phase?: number;
}

/** Whether the next record is one of them. */
export type Selection = () => boolean;

export function selection({ share, spread, random, phase = 0 }: SelectionOptions): Selection {
  if (spread === "random") return () => random.next() < share;
  // A tiny bit more than nothing, so that ten shares of 0.1 make a whole one in spite of rounding.
  let collected = phase + 1e-9;
  return () => {
    collected += share;
    if (collected < 1) return false;
    collected -= 1;
    return true;
  };
}
