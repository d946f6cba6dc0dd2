// What is left of a scenario after it ran: every scraped sample, and when what happened. Rules are evaluated on it as
// often as one likes, without running anything again.

import type { SeriesStore } from "../../src/promql/series-store.ts";
import type { Played } from "../scenarios/play.ts";

/** Its findings are whatever went wrong beside the faults, too. */
export interface Recording extends Played {
  readonly store: SeriesStore;
  readonly scrapeIntervalMs: number;
  readonly startMs: number;
}

/** How long it lasted by its own clock. */
export function virtualSecondsOf({ startMs, endMs }: Recording): number {
  return (endMs - startMs) / 1000;
}
