// One token bucket: starts full, refills with time, gives whole tokens. It never holds more than its capacity nor less
// than nothing, so over any stretch of time it gives at most its burst and what its rate brings in that time.

/** What somebody may do, for example one tenant. */
export interface RateLimit {
  /** Tokens that come back each second. */
  readonly messagesPerSecond: number;
  /** Tokens that a bucket holds; more than this at once is never granted. A whole number. */
  readonly burstCapacity: number;
}

/**
 * A limit as it counts: a rate or burst that is not a number, not finite or negative is 0; parts of a token are cut
 * off the burst; and a rate without any burst has a burst of 1, because it could never grant anything otherwise.
 */
export function normalizeLimit({ messagesPerSecond, burstCapacity }: RateLimit): RateLimit {
  const rate = atLeastZero(messagesPerSecond);
  const burst = Math.min(Math.floor(atLeastZero(burstCapacity)), Number.MAX_SAFE_INTEGER);
  return { messagesPerSecond: rate, burstCapacity: burst === 0 && rate > 0 ? 1 : burst };
}

function atLeastZero(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** Times are milliseconds of a monotonic clock. Should it go back all the same, no token is lost or made by it. */
export class TokenBucket {
  #limit: RateLimit;
  #tokens: number;
  #refilledMs: number;

  /** @param missingTokens tokens below full that it starts with */
  constructor(limit: RateLimit, nowMs: number, missingTokens = 0) {
    this.#limit = limit;
    this.#tokens = Math.max(0, limit.burstCapacity - missingTokens);
    this.#refilledMs = nowMs;
  }

  /** As many tokens as are there, up to `wanted`; they are taken. */
  takeUpTo(wanted: number, nowMs: number): number {
    this.#refill(nowMs);
    const granted = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= granted;
    return granted;
  }

  /** All of `count` tokens or none. */
  take(count: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Whole tokens that are there. */
  available(nowMs: number): number {
    this.#refill(nowMs);
    return Math.floor(this.#tokens);
  }

  /** Milliseconds until `count` tokens are there, given that the bucket holds as many and has a rate. */
  waitMs(count: number, nowMs: number): number {
    this.#refill(nowMs);
    const missing = Math.max(0, count - this.#tokens);
    return Math.ceil((missing / this.#limit.messagesPerSecond) * 1000);
  }

  /** Tokens below full. */
  missingTokens(nowMs: number): number {
    this.#refill(nowMs);
    return this.#limit.burstCapacity - this.#tokens;
  }

  /** Keeps at most as many tokens as leave `missing` below full. */
  drainTo(missing: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens = Math.min(this.#tokens, Math.max(0, this.#limit.burstCapacity - missing));
  }

  /** The old rate counts until now, the new one from now on; tokens beyond the new capacity are gone. */
  setLimit(limit: RateLimit, nowMs: number): void {
    this.#refill(nowMs);
    this.#limit = limit;
    this.#tokens = Math.min(this.#tokens, limit.burstCapacity);
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - this.#refilledMs;
    this.#refilledMs = nowMs;
    if (elapsedMs <= 0) return;
    const { messagesPerSecond, burstCapacity } = this.#limit;
    this.#tokens = Math.min(burstCapacity, this.#tokens + (elapsedMs * messagesPerSecond) / 1000);
  }
}
