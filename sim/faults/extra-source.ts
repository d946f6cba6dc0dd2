// What faults send beside the usual traffic: small events of threads that only the fault has.

import { outgoing } from "../traffic/alteration.ts";
import { inflate } from "../traffic/alterations/oversized.ts";
import { createSmallTraffic } from "../traffic/small.ts";
import type { TrafficSource } from "../traffic/thread.ts";
import type { Stage } from "./stage.ts";

const THREADS = 16;

/** Counts the records that are taken from it. */
export interface CountedSource extends TrafficSource {
  readonly made: number;
}

/** @param bytes size that smaller values are brought to */
export function extraSource(
  { random, clock }: Pick<Stage, "random" | "clock">,
  tenant: string,
  bytes = 0,
): CountedSource {
  const larger = inflate({ share: 1, spread: "even", random, bytes });
  const source = createSmallTraffic({ random, clock, tenants: [tenant], threads: THREADS });
  let made = 0;
  return {
    get made() {
      return made;
    },
    next() {
      made++;
      const record = source.next();
      const [grown] = larger.alter(outgoing(record));
      return { ...record, value: grown?.value ?? record.value };
    },
  };
}
