// Looks from time to time for sequence numbers that have been missing for too long.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { SequenceValidator } from "./sequence.ts";

const INTERVAL_MS = 500;

/** Cancel the timer to end it. */
export function expireRegularly(sequence: SequenceValidator, clock: Clock): Timer {
  return clock.every(INTERVAL_MS, () => sequence.expire(clock.monotonicMs()));
}
