// What faults send beside the usual traffic: small events of threads that only the fault has.

import { createSmallTraffic } from "../traffic/small.ts";
import type { TrafficSource } from "../traffic/thread.ts";
import type { Stage } from "./stage.ts";

const THREADS = 16;

/** Counts the records that are taken from it. */
export interface CountedSource extends TrafficSource {
  readonly made: number;
}

export function extraSource(
  { random, clock }: Pick<Stage, "random" | "clock">,
  tenant: string,
): CountedSource {
  const source = createSmallTraffic({ random, clock, tenants: [tenant], threads: THREADS });
  let made = 0;
  return {
    get made() {
      return made;
    },
    next() {
      made++;
      return source.next();
    },
  };
}
