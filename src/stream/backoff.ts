// The pauses between attempts at something that keeps failing: doubling up to a cap, with jitter so that many
// processes do not knock at once.

import type { Random } from "../runtime/random.ts";

/** How pauses grow. */
export interface BackoffPolicy {
  /** The first pause. */
  readonly baseMs: number;
  /** No pause is longer, jitter aside. */
  readonly capMs: number;
  /** Each pause is multiplied by a factor drawn evenly from this range. */
  readonly jitter: readonly [from: number, to: number];
}

/** A server is tried again quickly at first, then every 5 s at most, for ever. */
const RECONNECT_BACKOFF: BackoffPolicy = { baseMs: 250, capMs: 5_000, jitter: [1, 0.8] };

/** Between attempts to send one record. */
export const SEND_BACKOFF: BackoffPolicy = { baseMs: 100, capMs: 5_000, jitter: [1, 1.25] };

/** For questions that somebody asks now and then: they are no crowd to spread out. */
export const NO_JITTER = { next: () => 0 };

/** The pause in milliseconds before attempt number `failures` + 1, given that many failures in a row. */
export function backoffMs(
  failures: number,
  random: Pick<Random, "next">,
  { baseMs, capMs, jitter: [from, to] }: BackoffPolicy = RECONNECT_BACKOFF,
): number {
  const doubled = baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  return Math.min(doubled, capMs) * (from + (to - from) * random.next());
}
