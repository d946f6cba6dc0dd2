// The pauses between attempts at something that keeps failing: doubling up to a cap, with jitter so that many
// processes do not knock at once.

import type { Random } from "../runtime/random.ts";

/** Kafka is tried again quickly at first, then every 5 s at most, for ever. */
const BASE_MS = 250;
const CAP_MS = 5_000;
/** Share of a pause that jitter may take off. */
const JITTER = 0.2;

/** The pause in milliseconds before attempt number `failures` + 1, given that many failures in a row. */
export function backoffMs(failures: number, random: Random): number {
  const doubled = BASE_MS * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  return Math.min(doubled, CAP_MS) * (1 - JITTER * random.next());
}
