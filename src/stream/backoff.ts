// The pauses between attempts at something that keeps failing: doubling up to a cap, with jitter so that many
// processes do not knock at once.

import type { Random } from "../runtime/random.ts";

export interface BackoffOptions {
  /** First pause, milliseconds. */
  readonly baseMs: number;
  /** Longest pause, milliseconds; jitter stays below it. */
  readonly capMs: number;
}

/** How Kafka is tried again: quickly at first, then every 5 s at most, for ever. */
export const KAFKA_BACKOFF: BackoffOptions = { baseMs: 250, capMs: 5_000 };

/** Share of a pause that jitter may take off. */
const JITTER = 0.2;

/** The pause in milliseconds before attempt number `failures` + 1, given that many failures in a row. */
export function backoffMs(failures: number, random: Random, options: BackoffOptions = KAFKA_BACKOFF): number {
  const doubled = options.baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  return Math.min(doubled, options.capMs) * (1 - JITTER * random.next());
}
