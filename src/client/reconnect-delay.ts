// How long a client waits before it tries again: longer with each failure, and never in step with other clients.

import type { Random } from "../runtime/random.ts";

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;

/**
 * Exponential backoff with equal jitter: half of `1 s * 2^(failures - 1)`, capped at 30 s, and a random part of
 * the other half.
 *
 * @param failures failures in a row so far, at least 1
 */
export function reconnectDelayMs(failures: number, random: Pick<Random, "next">): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  return fullMs / 2 + (random.next() * fullMs) / 2;
}
