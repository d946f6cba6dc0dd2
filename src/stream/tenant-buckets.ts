// The buckets of this process, bounded in number, without ever making tokens by forgetting one. A bucket that is full
// again is like a new one and may go. If none may go, tenants that come new share one bucket until there is room, and
// whoever gets a bucket of its own after that starts with what the shared one had left.

import { normalizeLimit, type RateLimit, TokenBucket } from "./token-bucket.ts";

/** Buckets of tenants without a limit of their own. */
export const MAX_BUCKETS = 10_000;
/** Tenants with a limit of their own; each always has a bucket of its own too. */
export const MAX_TENANT_LIMITS = 10_000;
/** How often all buckets are looked through for full ones while there is no room. */
const SWEEP_INTERVAL_MS = 1_000;

interface Own {
  limit: RateLimit;
  /** `null` until the tenant is seen. */
  bucket: TokenBucket | null;
}

export class TenantBuckets {
  readonly defaultLimit: RateLimit;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #own = new Map<string, Own>();
  /** Of all tenants for which there was no room; `null` if that never happened. */
  #overflow: TokenBucket | null = null;
  #sweptMs = Number.NEGATIVE_INFINITY;

  constructor(defaultLimit: RateLimit) {
    this.defaultLimit = normalizeLimit(defaultLimit);
  }

  /** Buckets held, the shared one not counted. */
  get count(): number {
    let own = 0;
    for (const { bucket } of this.#own.values()) if (bucket !== null) own++;
    return this.#buckets.size + own;
  }

  /** Tenants with a limit of their own. */
  tenantLimits(): ReadonlyMap<string, RateLimit> {
    return new Map([...this.#own].map(([tenantId, { limit }]) => [tenantId, limit]));
  }

  limitOf(tenantId: string): RateLimit {
    return this.#own.get(tenantId)?.limit ?? this.defaultLimit;
  }

  /** The bucket that counts for a tenant now. Not to be kept: it may be another one the next time. */
  bucketOf(tenantId: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(tenantId);
    if (known !== undefined) return known;
    const own = this.#own.get(tenantId);
    if (own !== undefined) {
      own.bucket ??= this.#newBucket(own.limit, nowMs);
      return own.bucket;
    }
    if (!this.#hasRoom(nowMs)) {
      this.#overflow ??= new TokenBucket(this.defaultLimit, nowMs);
      return this.#overflow;
    }
    const bucket = this.#newBucket(this.defaultLimit, nowMs);
    this.#buckets.set(tenantId, bucket);
    return bucket;
  }

  /** Gives a tenant a limit of its own, at once. False if there are too many of them. */
  setLimit(tenantId: string, limit: RateLimit, nowMs: number): boolean {
    const wanted = normalizeLimit(limit);
    const own = this.#own.get(tenantId);
    if (own === undefined && this.#own.size >= MAX_TENANT_LIMITS) return false;
    const bucket = own?.bucket ?? this.#buckets.get(tenantId) ?? this.#shareOf(wanted, nowMs);
    bucket?.setLimit(wanted, nowMs);
    this.#buckets.delete(tenantId);
    this.#own.set(tenantId, { limit: wanted, bucket });
    return true;
  }

  /** Back to the default limit, at once. False if the tenant has none of its own. */
  removeLimit(tenantId: string, nowMs: number): boolean {
    const own = this.#own.get(tenantId);
    if (own === undefined) return false;
    this.#own.delete(tenantId);
    const { bucket } = own;
    if (bucket === null) return true;
    bucket.setLimit(this.defaultLimit, nowMs);
    if (this.#hasRoom(nowMs)) {
      this.#buckets.set(tenantId, bucket);
    } else {
      // From now on the shared bucket counts for it, so that must not have more than this one had.
      this.#overflow ??= new TokenBucket(this.defaultLimit, nowMs);
      this.#overflow.drainTo(bucket.missingTokens(nowMs), nowMs);
    }
    return true;
  }

  /** Its tenant may have used the shared bucket before, so what is missing there is missing here. */
  #newBucket(limit: RateLimit, nowMs: number): TokenBucket {
    return new TokenBucket(limit, nowMs, this.#overflow?.missingTokens(nowMs) ?? 0);
  }

  /** What a tenant leaves the shared bucket with; `null` if that is full, so that nobody can owe it anything. */
  #shareOf(limit: RateLimit, nowMs: number): TokenBucket | null {
    const missing = this.#overflow?.missingTokens(nowMs) ?? 0;
    return missing > 0 ? new TokenBucket(limit, nowMs, missing) : null;
  }

  #hasRoom(nowMs: number): boolean {
    if (this.#buckets.size < MAX_BUCKETS) return true;
    if (nowMs - this.#sweptMs < SWEEP_INTERVAL_MS) return false;
    this.#sweptMs = nowMs;
    for (const [tenantId, bucket] of this.#buckets) {
      if (bucket.missingTokens(nowMs) === 0) this.#buckets.delete(tenantId);
    }
    return this.#buckets.size < MAX_BUCKETS;
  }
}
