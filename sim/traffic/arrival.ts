// When records fall due: a running total over time for each profile of arrival, all with the same mean rate.

import type { Random } from "../../src/runtime/random.ts";

/**
 * - `steady`: evenly spaced
 * - `poisson`: independent of each other, as from many producers
 * - `bursty`: all of a second's records in its first fifth
 */
export type ArrivalProfile = "steady" | "poisson" | "bursty";

/** Records due in the first `elapsedMs`. To be asked with times that do not go back. */
export type DueRecords = (elapsedMs: number) => number;

const BURST_PERIOD_MS = 1000;
const BURST_MS = 200;

export function arrivals(profile: ArrivalProfile, ratePerSecond: number, random: Random): DueRecords {
  switch (profile) {
    case "steady":
      return (elapsedMs) => wholeRecords((elapsedMs * ratePerSecond) / 1000);
    case "bursty":
      return (elapsedMs) => {
        const periods = Math.floor(elapsedMs / BURST_PERIOD_MS);
        const inBurst = Math.min(1, (elapsedMs - periods * BURST_PERIOD_MS) / BURST_MS);
        return wholeRecords(((periods + inBurst) * ratePerSecond * BURST_PERIOD_MS) / 1000);
      };
    case "poisson":
      return poisson(ratePerSecond, random);
  }
}

/** Exponential times between records (inverse transform sampling). */
function poisson(ratePerSecond: number, random: Random): DueRecords {
  const untilNextMs = () => (-Math.log(1 - random.next()) * 1000) / ratePerSecond;
  let nextMs = untilNextMs();
  let due = 0;
  return (elapsedMs) => {
    for (; nextMs <= elapsedMs; nextMs += untilNextMs()) due++;
    return due;
  };
}

/** Rounds down, but not for a product that misses a whole number by the error of a double. */
function wholeRecords(records: number): number {
  return Math.floor(records + 1e-6);
}
