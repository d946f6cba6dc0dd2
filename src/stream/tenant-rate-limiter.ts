// How much each tenant may send: a token bucket for each, of this process or shared with others through Redis.
// Nothing here makes tokens: a tenant gets at most its burst and what its rate brings, also across changed limits and
// forgotten buckets. When Redis does not answer, the bucket of this process decides, so that each process grants at
// most that much by itself; what Redis grants is taken from that bucket too, so an outage is no second burst.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { keepSeconds } from "./tenant-bucket-script.ts";
import { MAX_TENANT_LIMITS, TenantBuckets } from "./tenant-buckets.ts";
import { TenantCounters } from "./tenant-counters.ts";
import { boundTenantId } from "./tenant-id.ts";
import { type BucketRequest, RedisBuckets, type SharedBuckets } from "./tenant-redis-buckets.ts";
import { normalizeLimit, type RateLimit } from "./token-bucket.ts";

/** How much each may send, and who keeps count. */
export interface TenantRateLimiterOptions {
  /** Of every tenant without a limit of its own. */
  readonly limit: RateLimit;
  readonly clock: Clock;
  /** With feature `rate_limit_redis` if there is `redis`. */
  readonly metrics: Metrics;
  readonly log: Log;
  /** Present: processes share the buckets through this Redis, which may come later. Default: buckets are local. */
  readonly redis?: SharedBuckets;
}

/** Who keeps count, and how that goes. */
export type LimiterState =
  | { readonly store: "local" }
  /** `problem`: why Redis is left alone at present, or was when it was asked last; `null` = it works. */
  | { readonly store: "redis"; readonly connected: boolean; readonly problem: string | null };

/** The first error of a kind is written, then one line a second with their number. */
const LOGGED_AT_FIRST = 1;

/** Works at once; a Redis may come later, or never. */
export class TenantRateLimiter {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #errors: FloodGuard;
  readonly #local: TenantBuckets;
  readonly #counters: TenantCounters;
  readonly #redis: RedisBuckets | null;

  constructor({ limit, clock, metrics, log, redis }: TenantRateLimiterOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#errors = floodGuard(log, clock, { first: LOGGED_AT_FIRST });
    this.#local = new TenantBuckets(limit);
    this.#counters = new TenantCounters(metrics);
    this.#redis = redis ? new RedisBuckets({ ...redis, clock, metrics, log, errors: this.#errors }) : null;
  }

  /**
   * Takes `count` tokens of a tenant, or none if they are not all there. More than the burst is never granted, none
   * at all always. One check, whatever its count, adds 1 to the tenant's counters. A promise only with Redis.
   * @throws DashstreamError `invariant` if `count` is not a whole number from 0 on
   */
  check(tenantId: string, count = 1): boolean | Promise<boolean> {
    requireCount(count);
    const key = boundTenantId(tenantId);
    const limit = this.#local.limitOf(key);
    const isDecided = count === 0 || count > limit.burstCapacity;
    const redis = isDecided ? null : this.#redis;
    const answers = redis?.take([{ tenantId: key, limit, wanted: count, mode: "all" }]) ?? null;
    if (answers === null) return this.#counted(key, tenantId, this.#takeLocally(key, count));
    return answers.then(([granted]) => {
      if (granted === null || granted === undefined) {
        return this.#counted(key, tenantId, this.#takeLocally(key, count));
      }
      this.#mirror(key, granted);
      return this.#counted(key, tenantId, granted === count);
    });
  }

  /**
   * Takes for each tenant as many tokens as are there, up to the wanted number, and gives what was taken. Each token
   * counts as one check. A promise only with Redis, which is asked once for all tenants.
   * @throws DashstreamError `invariant` if a wanted number is not a whole number from 0 on
   */
  takeAll(
    wanted: ReadonlyMap<string, number>,
  ): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>> {
    for (const count of wanted.values()) requireCount(count);
    const redis = wanted.size === 0 ? null : this.#redis;
    const answers = redis?.take(this.#requestsOf(wanted)) ?? null;
    if (answers === null) return this.#takeAllLocally(wanted);
    return answers.then((granted) => this.#settleAll(wanted, granted));
  }

  /**
   * Gives a tenant a limit of its own. It counts at once, also for tokens that the tenant has now: what came back
   * until now came back at the old rate, and what is beyond the new burst is gone.
   * @returns false, and a warning in the log, if 10,000 tenants have limits of their own already
   */
  setTenantLimit(tenantId: string, limit: RateLimit): boolean {
    const key = boundTenantId(tenantId);
    const before = this.#local.limitOf(key);
    const isSet = this.#local.setLimit(key, limit, this.#clock.monotonicMs());
    if (isSet) this.#settleInRedis(new Map([[key, before]]));
    else {
      const fields = { tenant_id: key, max_tenants: MAX_TENANT_LIMITS };
      this.#log.warn("rate limiter: limit refused, too many tenants have limits of their own", fields);
    }
    return isSet;
  }

  /** Back to the limit of all others, at once; false if the tenant has none of its own. */
  removeTenantLimit(tenantId: string): boolean {
    const key = boundTenantId(tenantId);
    const before = this.#local.limitOf(key);
    const isRemoved = this.#local.removeLimit(key, this.#clock.monotonicMs());
    if (isRemoved) this.#settleInRedis(new Map([[key, before]]));
    return isRemoved;
  }

  /**
   * Replaces the limits of all tenants that have, or had, one of their own.
   * @returns tenants whose limit was refused because there are more than 10,000
   */
  replaceTenantLimits(limits: ReadonlyMap<string, RateLimit>): readonly string[] {
    const nowMs = this.#clock.monotonicMs();
    const wanted = new Map([...limits].map(([tenantId, limit]) => [boundTenantId(tenantId), limit]));
    const before = new Map<string, RateLimit>();
    for (const [key, limit] of this.#local.tenantLimits()) {
      if (wanted.has(key)) continue;
      before.set(key, limit);
      this.#local.removeLimit(key, nowMs);
    }
    const refused: string[] = [];
    for (const [key, limit] of wanted) {
      const old = this.#local.limitOf(key);
      if (!this.#local.setLimit(key, limit, nowMs)) refused.push(key);
      else if (!isSameLimit(old, normalizeLimit(limit))) before.set(key, old);
    }
    this.#settleInRedis(before);
    return refused;
  }

  /** All limits in force; those of tenants by the id under which they are counted. */
  limits(): { readonly byDefault: RateLimit; readonly tenants: ReadonlyMap<string, RateLimit> } {
    return { byDefault: this.#local.defaultLimit, tenants: this.#local.tenantLimits() };
  }

  get state(): LimiterState {
    return this.#redis === null ? { store: "local" } : { store: "redis", ...this.#redis.state };
  }

  /** Ends the connection to Redis. From then on buckets are local. */
  close(): void {
    this.#redis?.close();
    this.#errors.flush();
  }

  #takeLocally(key: string, count: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    return this.#local.bucketOf(key, nowMs).take(count, nowMs);
  }

  /** What was granted elsewhere is gone here as well. */
  #mirror(key: string, granted: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#local.bucketOf(key, nowMs).takeUpTo(granted, nowMs);
  }

  #counted(key: string, tenantId: string, isAllowed: boolean): boolean {
    const counter = this.#counters.of(key, tenantId);
    (isAllowed ? counter.allowed : counter.exceeded).inc();
    return isAllowed;
  }

  #requestsOf(wanted: ReadonlyMap<string, number>): readonly BucketRequest[] {
    return [...wanted].map(([tenantId, count]) => {
      const key = boundTenantId(tenantId);
      return { tenantId: key, limit: this.#local.limitOf(key), wanted: count, mode: "some" };
    });
  }

  #takeAllLocally(wanted: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const nowMs = this.#clock.monotonicMs();
    const taken = new Map<string, number>();
    for (const [tenantId, count] of wanted) {
      const key = boundTenantId(tenantId);
      const granted = this.#local.bucketOf(key, nowMs).takeUpTo(count, nowMs);
      this.#countAll(key, tenantId, count, granted);
      taken.set(tenantId, granted);
    }
    return taken;
  }

  /** What Redis granted, and for what it did not answer what this process grants. */
  #settleAll(
    wanted: ReadonlyMap<string, number>,
    answers: readonly (number | null)[],
  ): ReadonlyMap<string, number> {
    const nowMs = this.#clock.monotonicMs();
    const taken = new Map<string, number>();
    let index = 0;
    for (const [tenantId, count] of wanted) {
      const key = boundTenantId(tenantId);
      const answer = answers[index++] ?? null;
      const local = this.#local.bucketOf(key, nowMs).takeUpTo(answer ?? count, nowMs);
      const granted = answer ?? local;
      this.#countAll(key, tenantId, count, granted);
      taken.set(tenantId, granted);
    }
    return taken;
  }

  #countAll(key: string, tenantId: string, wanted: number, granted: number): void {
    const { allowed, exceeded } = this.#counters.of(key, tenantId);
    allowed.inc(granted);
    exceeded.inc(wanted - granted);
  }

  /**
   * Refills the buckets of Redis by the limits that counted until now, because from now on they are refilled by the
   * new ones; and has them kept for as long as the slower of both needs.
   */
  #settleInRedis(before: ReadonlyMap<string, RateLimit>): void {
    if (this.#redis === null || before.size === 0) return;
    const requests = [...before].map(([tenantId, limit]): BucketRequest => {
      const keep = Math.max(keepSeconds(limit), keepSeconds(this.#local.limitOf(tenantId)));
      return { tenantId, limit, wanted: 0, mode: "some", keepSeconds: keep };
    });
    void this.#redis.settle(requests);
  }
}

function isSameLimit(a: RateLimit, b: RateLimit): boolean {
  return a.messagesPerSecond === b.messagesPerSecond && a.burstCapacity === b.burstCapacity;
}

function requireCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new DashstreamError("invariant", `count: ${count} tokens, a whole number from 0 on expected`);
}
